// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport-forward` in several processes: to its clients, to whoever reads its counters and to its starter it is one.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ForwardWorkerTests {
    private func expect(_ script: String, _ output: String) async throws {
        let prelude = """
            FORWARD=$PRODUCTS/lowport-forward
            workers() { ps --ppid $server -o pid= | tr -d ' '; }
            cat >echo.py <<'X'
            import asyncio
            async def echo(reader, writer):
                while data := await reader.read(1000): writer.write(data)
                writer.close()
            async def main(): await (await asyncio.start_server(echo, "127.0.0.1", 8080, backlog=4096)).serve_forever()
            asyncio.run(main())
            X
            # Holds connections; for each line of its input, says it on all of them and compares what comes back.
            cat >hold.py <<'X'
            import socket, sys
            clients = [socket.create_connection(("127.0.0.1", 80), timeout=10) for _ in range(int(sys.argv[1]))]
            def say(word):
                for client in clients: client.sendall(word)
                got = 0
                for client in clients:
                    data = b""
                    while len(data) < len(word) and (more := client.recv(100)): data += more
                    got += data == word
                print(got, "whole", flush=True)
            say(b"first\\n")
            for line in sys.stdin: say(line.encode())
            for client in clients: client.shutdown(socket.SHUT_WR)
            print(sum(client.recv(100) == b"" for client in clients), "ended", flush=True)
            X
            python3 echo.py & listening 8080

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("The counters are those of all processes")
    func counters() async throws {
        try await expect(
            """
            $FORWARD --workers 3 --metrics-socket m 80 127.0.0.1:8080 2>figures & server=$!; listening 80
            until_true sh -c "test \\$(ps --ppid $server -o pid= | wc -l) = 3"
            mkfifo hold; python3 hold.py 60 <hold >kept & client=$!; exec 3>hold; until_true grep -q whole kept
            kill -USR1 $server; until_true test -s figures; cat figures
            python3 -c 'import socket
            s = socket.socket(socket.AF_UNIX); s.connect("m"); s.shutdown(socket.SHUT_WR); got = b""
            while data := s.recv(10000): got += data
            print(*[line for line in got.decode().split("\\n") if "_active{" in line or "bytes_total{" in line], sep="\\n")'
            # They have left when they have ended; that the forwarder knows is told by its figures.
            exec 3>&-; wait $client; until_true sh -c "kill -USR1 $server; tail -1 figures | grep ' 0 open'"
            """,
            """
            60 connections, 60 open, 0 without an answer; 360 bytes to the server, 360 bytes back
            lowport_forward_active{listen="80",target="127.0.0.1:8080"} 60
            lowport_forward_sent_bytes_total{listen="80",target="127.0.0.1:8080"} 360
            lowport_forward_received_bytes_total{listen="80",target="127.0.0.1:8080"} 360
            60 connections, 0 open, 0 without an answer; 360 bytes to the server, 360 bytes back

            """
        )
    }

    @Test("After SIGHUP, other processes accept clients, and no connection is lost")
    func reload() async throws {
        try await expect(
            """
            $NC -lk 8081 -c 'echo other' & listening 8081
            echo '80 127.0.0.1:8080' >pairs; $FORWARD -v --workers 2 --config pairs 2>said & server=$!; listening 80
            mkfifo hold; python3 hold.py 40 <hold >kept & client=$!; exec 3>hold; until_true grep -q whole kept; workers >old
            echo '80 127.0.0.1:8081' >pairs; kill -HUP $server; until_true grep -q 'read again' said
            for number in 1 2 3 4 5 6 7 8; do $NC -d 127.0.0.1 80; done | sort | uniq -c | tr -s ' '
            echo second >&3; until_true sh -c 'test $(grep -c whole kept) = 2'
            # Whoever has no client left is gone.
            exec 3>&-; wait $client; cat kept
            until_true sh -c "! ps -o pid= -p \\$(tr '\\n' ' ' <old | sed 's/ $//; s/ /,/g')"; workers | wc -l
            kill $server; wait $server; echo $?
            """,
            " 8 other\n40 whole\n40 whole\n40 ended\n2\n0\n"
        )
    }

    @Test("SIGTERM to all processes at once ends none of the connections")
    func drain() async throws {
        try await expect(
            """
            $FORWARD --workers 2 80 127.0.0.1:8080 & server=$!; listening 80
            mkfifo hold; python3 hold.py 20 <hold >kept & client=$!; exec 3>hold; until_true grep -q whole kept
            # As a service manager or a terminal does it.
            kill $server $(workers); until_true sh -c '! grep -q ":0050 .* 0A " /proc/net/tcp'
            status refused $NC -d 127.0.0.1 80
            echo second >&3; until_true sh -c 'test $(grep -c whole kept) = 2'; exec 3>&-; wait $client; cat kept
            wait $server; echo $?; pgrep -c lowport-forward
            """,
            "refused: 1\n20 whole\n20 whole\n20 ended\n0\n0\n"
        )
    }

    @Test("If one process is killed, all end, and the error is reported", arguments: ["worker", "starter"])
    func killed(_ who: String) async throws {
        try await expect(
            """
            $FORWARD --workers 3 --metrics-socket m 80 127.0.0.1:8080 2>said & server=$!; listening 80
            until_true sh -c "test \\$(ps --ppid $server -o pid= | wc -l) = 3"
            if [ \(who) = worker ]; then kill -9 $(workers | tail -1); else kill -9 $server; fi
            wait $server 2>/dev/null; echo $?; until_true sh -c '! pgrep lowport-forward >gone'
            has_tcp 80 || echo closed; grep -v Killed said
            """,
            who == "worker"
                ? "1\nclosed\nlowport-forward: forward: a process that serves clients was killed by signal 9\n"
                : "137\nclosed\n"
        )
    }

    @Test("The limit of connections is that of all processes, and whoever leaves makes room")
    func limit() async throws {
        try await expect(
            """
            $FORWARD --workers 4 --max-conns 5 80 127.0.0.1:8080 2>figures & server=$!; listening 80
            cat >limit.py <<'X'
            import select, socket
            waiting = [socket.create_connection(("127.0.0.1", 80)) for _ in range(40)]
            for client in waiting: client.sendall(b"x")
            served = []
            def serve(seconds):
                for client in select.select(waiting, [], [], seconds)[0]:
                    assert client.recv(1) == b"x"
                    waiting.remove(client); served.append(client)
            while len(served) < 5: serve(5)
            serve(0.3)
            print(len(served), flush=True)
            # Each that leaves lets in exactly one.
            while waiting:
                served.pop(0).close()
                while len(served) < 5: serve(5)
                serve(0)
                if len(served) > 5: print("too many", len(served))
            print(len(waiting), len(served))
            X
            python3 limit.py
            """,
            "5\n0 5\n"
        )
    }

    @Test("A place that is free for a moment only is missed by nobody")
    func places() async throws {
        try await expect(
            """
            $FORWARD --workers 2 --max-conns 2 80 127.0.0.1:8080 & server=$!; listening 80
            cat >pairs.py <<'X'
            import socket, threading
            answers = []
            def client():
                for _ in range(6000):
                    with socket.create_connection(("127.0.0.1", 80), timeout=10) as server:
                        server.sendall(b"x"); answers.append(server.recv(1))
                        # Until the forwarder has let go of it.
                        server.shutdown(socket.SHUT_WR); server.recv(1)
            clients = [threading.Thread(target=client) for _ in range(2)]
            for thread in clients: thread.start()
            for thread in clients: thread.join()
            print(len(answers), set(answers))
            X
            python3 pairs.py
            """,
            "12000 {b'x'}\n"
        )
    }

    @Test("One process serves with --workers 1, and a number without sense is refused")
    func count() async throws {
        try await expect(
            """
            $FORWARD --workers 1 80 127.0.0.1:8080 & server=$!; listening 80; workers | wc -l
            echo hello | $NC -N 127.0.0.1 80
            $FORWARD --max-conns 1 --workers 8 81 127.0.0.1:8080 & server=$!; listening 81; workers | wc -l
            for number in 0 65 x; do status $number $FORWARD --workers $number 82 127.0.0.1:8080 2>/dev/null; done
            status udp $FORWARD -u --workers 2 82 127.0.0.1:8080 2>/dev/null
            """,
            "1\nhello\n1\n0: 64\n65: 64\nx: 64\nudp: 64\n"
        )
    }
}
