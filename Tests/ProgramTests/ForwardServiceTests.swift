// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport-forward` as a service: several pairs, a file of pairs, a service manager, counters, limits.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ForwardServiceTests {
    private func expect(_ script: String, _ output: String) async throws {
        let prelude = """
            FORWARD=$PRODUCTS/lowport-forward
            # Answers each line with its name.
            named() { $NC -lk "$1" -c "while read line; do echo $2 \\$line; done" & listening $1; }
            # Starts a program with listening sockets: activate SOCKET... -- COMMAND...
            cat >activate.py <<'X'
            import os, socket, sys
            split = sys.argv.index("--"); places, command = sys.argv[1:split], sys.argv[split + 1:]
            sockets = []
            for place in places:
                s = socket.socket(socket.AF_INET if place.isdigit() else socket.AF_UNIX)
                s.bind(("127.0.0.1", int(place)) if place.isdigit() else place); s.listen(); sockets.append(s)
            kept = [os.dup(s.fileno()) for s in sockets]
            for s in sockets: s.detach()
            high = [os.dup2(number, 100 + index) for index, number in enumerate(kept)]
            for index, number in enumerate(high): os.dup2(number, 3 + index, inheritable=True); os.close(number)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(places)))
            os.execvp(command[0], command)
            X

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("Several pairs are served by one process")
    func pairs() async throws {
        try await expect(
            """
            named 8080 one; named 8081 two; $FORWARD 80 127.0.0.1:8080 127.0.0.1:81 localhost:8081 2>figures & server=$!
            listening 80; listening 81
            echo a | $NC -N 127.0.0.1 80; echo b | $NC -N 127.0.0.1 81; echo c | $NC -N 127.0.0.1 81
            kill -USR1 $server; until_true grep -q 81: figures; cat figures
            status odd $FORWARD 80 127.0.0.1:8080 81 2>/dev/null
            """,
            """
            one a
            two b
            two c
            80: 1 connections, 0 open, 0 without an answer; 2 bytes to the server, 6 bytes back
            127.0.0.1:81: 2 connections, 0 open, 0 without an answer; 4 bytes to the server, 12 bytes back
            odd: 64

            """
        )
    }

    @Test("Several sockets of the starter are served, in their order or by number")
    func activation() async throws {
        try await expect(
            """
            named 8080 one; named 8081 two; python3 activate.py 80 81 -- $FORWARD 127.0.0.1:8080 127.0.0.1:8081 &
            listening 80; echo a | $NC -N 127.0.0.1 80; echo b | $NC -N 127.0.0.1 81
            python3 activate.py 90 91 -- $FORWARD fd:4 127.0.0.1:8080 82 127.0.0.1:8081 fd:3 127.0.0.1:8081 & listening 82
            echo c | $NC -N 127.0.0.1 90; echo d | $NC -N 127.0.0.1 91; echo e | $NC -N 127.0.0.1 82
            """,
            "one a\ntwo b\ntwo c\none d\ntwo e\n"
        )
    }

    @Test("The pairs in a file change without an effect on connections")
    func reload() async throws {
        try await expect(
            """
            named 8080 one; named 8081 two; echo '80 127.0.0.1:8080' >pairs; $FORWARD -v --config pairs 2>>said & server=$!
            listening 80; mkfifo hold; $NC -N 127.0.0.1 80 <hold >kept & client=$!; exec 3>hold
            echo first >&3; until_true grep -q first kept
            printf '80 127.0.0.1:8081\\n81 127.0.0.1:8080\\n' >pairs; kill -HUP $server; until_true grep -q 'read again' said
            echo a | $NC -N 127.0.0.1 80; echo b | $NC -N 127.0.0.1 81
            # Nothing changes where there is an error: a bad line, an unknown host, a port that is taken.
            for line in '82' '82 nosuch.invalid:1' '8081 127.0.0.1:8080'; do
                printf '80 127.0.0.1:8080\\n%s\\n' "$line" >pairs; : >said
                kill -HUP $server; until_true grep -q 'the pairs stay as they are' said; head -1 said
                echo c | $NC -N 127.0.0.1 80; echo d | $NC -N 127.0.0.1 81
            done
            echo '81 127.0.0.1:8081' >pairs; : >said; kill -HUP $server; until_true grep -q 'read again' said
            echo e | $NC -N 127.0.0.1 81; status gone $NC 127.0.0.1 80 </dev/null
            echo last >&3; exec 3>&-; wait $client; cat kept; kill $server; wait $server; echo $?
            """,
            """
            two a
            one b
            lowport-forward: pairs:2: expected [ADDRESS:]PORT HOST:PORT
            two c
            one d
            lowport-forward: getaddrinfo for host "nosuch.invalid" port 1: Temporary failure in name resolution
            two c
            one d
            lowport-forward: bind to 0.0.0.0 port 8081: Address already in use
            two c
            one d
            two e
            gone: 1
            one first
            one last
            0

            """
        )
    }

    @Test("The service manager is told the state", arguments: ["$T/notify", "@notify"])
    func notification(_ place: String) async throws {
        try await expect(
            """
            cat >manager.py <<'X'
            import os, socket, sys
            place = sys.argv[1]
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(place.replace("@", "\\0"))
            open("manager", "w").close()
            while True:
                lines = s.recv(1000).decode().split("\\n"); print(*[l.split("=")[0] for l in lines], flush=True)
                if len(lines) > 1: print(lines[1].split("=")[1].isdigit(), flush=True)
                if lines[0] == "STOPPING=1": break
            X
            python3 manager.py \(place) >told & manager=$!; until_true test -e manager
            echo '80 127.0.0.1:8080' >pairs; NOTIFY_SOCKET=\(place) $FORWARD --config pairs & server=$!
            until_true grep -q READY told; has_tcp 80 && echo listens; kill -HUP $server
            until_true sh -c 'test $(grep -c READY told) = 2'
            kill $server; wait $manager; cat told
            NOTIFY_SOCKET=/nonexistent/socket $FORWARD 81 127.0.0.1:8080 2>&1 & listening 81
            """,
            """
            listens
            READY
            RELOADING MONOTONIC_USEC
            True
            READY
            STOPPING
            lowport-forward: cannot notify /nonexistent/socket: no such file or directory

            """
        )
    }

    @Test("A pair that was removed and added again is one series")
    func oneSeries() async throws {
        try await expect(
            """
            named 8080 one; echo '80 127.0.0.1:8080' >pairs
            $FORWARD --workers 1 -v --config pairs --metrics-socket m 2>said & server=$!; listening 80; until_true test -e m
            mkfifo hold; $NC -N 127.0.0.1 80 <hold >kept & client=$!; exec 3>hold; echo a >&3; until_true grep -q a kept
            for lines in '81 127.0.0.1:8080' '80 127.0.0.1:8080'; do
                echo "$lines" >pairs; : >said; kill -HUP $server; until_true grep -q 'read again' said
            done
            echo b | $NC -N 127.0.0.1 80
            printf 'GET / HTTP/1.0\\r\\n\\r\\n' | $NC -U m | grep 'accepted_total'; exec 3>&-; wait $client; kill $server
            """,
            """
            one b
            lowport_forward_accepted_total{listen="80",target="127.0.0.1:8080"} 2

            """
        )
    }

    @Test("Once pairs were read again, nobody listens on a port that is gone")
    func portThatIsGone() async throws {
        try await expect(
            """
            named 8080 one; echo '80 127.0.0.1:8080' >pairs
            # Each process closes what is not its own as late as it can.
            strace -f -qq -o /dev/null -e trace=close -e inject=close:delay_enter=50000 \
                $FORWARD --workers 2 -v --config pairs 2>said & tracer=$!
            listening 80; server=$(pgrep -P $tracer)
            for lines in '81 127.0.0.1:8080' '80 127.0.0.1:8080' '81 127.0.0.1:8080'; do
                echo "$lines" >pairs; : >said; kill -HUP $server; until_true grep -q 'read again' said
                has_tcp 80 && echo 80; has_tcp 81 && echo 81
            done
            kill $server; wait $tracer
            """,
            "81\n80\n81\n"
        )
    }

    @Test("The counters are given on a socket")
    func metrics() async throws {
        try await expect(
            """
            named 8080 one
            $FORWARD --metrics-socket m 80 127.0.0.1:8080 '[::1]:81' 127.0.0.1:1 2>/dev/null & server=$!; listening 81
            echo a | $NC -N 127.0.0.1 80; $NC ::1 81 </dev/null
            mkfifo hold; $NC -N 127.0.0.1 80 <hold >kept & client=$!; exec 3>hold; echo bb >&3; until_true test -s kept
            cat >get.py <<'X'
            import socket, sys
            s = socket.socket(socket.AF_UNIX); s.connect("m"); s.sendall(sys.argv[1].encode().decode("unicode_escape").encode())
            if not sys.argv[1]: s.shutdown(socket.SHUT_WR)
            got = b""
            while data := s.recv(10000): got += data
            head, body = got.decode().split("\\r\\n\\r\\n"); print(head.split("\\r\\n")[0]); print(body, end="")
            X
            python3 get.py 'GET /metrics HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; python3 get.py '' | tail -1
            python3 -c 'import socket, subprocess
            many = [socket.socket(socket.AF_UNIX) for _ in range(40)]
            for s in many: s.connect("m")
            subprocess.run(["python3", "get.py", ""])' | tail -1
            kill $server; exec 3>&-; wait $server; ls m 2>/dev/null
            """,
            """
            one a
            HTTP/1.0 200 OK
            # TYPE lowport_forward_accepted counter
            # HELP lowport_forward_accepted Clients that were accepted.
            lowport_forward_accepted_total{listen="80",target="127.0.0.1:8080"} 2
            lowport_forward_accepted_total{listen="[::1]:81",target="127.0.0.1:1"} 1
            # TYPE lowport_forward_active gauge
            # HELP lowport_forward_active Clients that are connected now.
            lowport_forward_active{listen="80",target="127.0.0.1:8080"} 1
            lowport_forward_active{listen="[::1]:81",target="127.0.0.1:1"} 0
            # TYPE lowport_forward_refused counter
            # HELP lowport_forward_refused Clients for whom the target could not be reached.
            lowport_forward_refused_total{listen="80",target="127.0.0.1:8080"} 0
            lowport_forward_refused_total{listen="[::1]:81",target="127.0.0.1:1"} 1
            # TYPE lowport_forward_failed counter
            # HELP lowport_forward_failed Connections that ended with a reset or by a time limit.
            lowport_forward_failed_total{listen="80",target="127.0.0.1:8080"} 0
            lowport_forward_failed_total{listen="[::1]:81",target="127.0.0.1:1"} 0
            # TYPE lowport_forward_sent_bytes counter
            # UNIT lowport_forward_sent_bytes bytes
            # HELP lowport_forward_sent_bytes Bytes to the target.
            lowport_forward_sent_bytes_total{listen="80",target="127.0.0.1:8080"} 5
            lowport_forward_sent_bytes_total{listen="[::1]:81",target="127.0.0.1:1"} 0
            # TYPE lowport_forward_received_bytes counter
            # UNIT lowport_forward_received_bytes bytes
            # HELP lowport_forward_received_bytes Bytes from the target.
            lowport_forward_received_bytes_total{listen="80",target="127.0.0.1:8080"} 13
            lowport_forward_received_bytes_total{listen="[::1]:81",target="127.0.0.1:1"} 0
            # EOF
            # EOF
            # EOF

            """
        )
    }

    @Test("Refusals are reported, but not each one")
    func refusals() async throws {
        try await expect(
            """
            $FORWARD 80 127.0.0.1:8080 2>said & server=$!; listening 80
            for number in 1 2 3 4 5 6 7 8 9; do $NC 127.0.0.1 80 </dev/null; done; echo request | $NC 127.0.0.1 80
            cat said
            """,
            "lowport-forward: cannot connect to 127.0.0.1 port 8080: Connection refused\n"
        )
    }

    @Test(
        "A connection in which nothing moves ends after the limit",
        arguments: [
            "$FORWARD --idle-timeout 2s 80 127.0.0.1:8080", "$NC -lk 80 --idle-timeout 2s -L 127.0.0.1:8080",
        ]
    )
    func idleLimit(_ server: String) async throws {
        try await expect(
            """
            $NC -lk 8080 -c 'cat; echo server ended >&2' 2>said & listening 8080
            \(server) & listening 80
            $NC -d 127.0.0.1 80 >got; echo $?; until_true grep -q ended said; cat said
            # Whoever says something now and then stays.
            (for word in a b c d e f g h; do sleep 0.1; echo $word; done) | $NC -N 127.0.0.1 80 | tr -d '\\n'
            """,
            "0\nserver ended\nabcdefgh"
        )
    }

    @Test("Both ends are asked for signs of life")
    func keepAlive() async throws {
        try await expect(
            """
            named 8080 one
            $FORWARD --keep-alive 77 80 127.0.0.1:8080 & $FORWARD --keep-alive 0 81 127.0.0.1:8080 & listening 80; listening 81
            mkfifo hold; exec 3<>hold; $NC 127.0.0.1 80 <hold & $NC 127.0.0.1 81 <hold &
            timers() { ss -tnoHp "$1" | grep lowport-forward | grep -c 'timer:(keepalive,1min'; }
            until_true sh -c "ss -tnoHp dport = :8080 | grep lowport-forward | grep -q 'timer:(keepalive,1min'"
            echo $(timers 'sport = :80') $(timers 'dport = :8080') $(timers 'sport = :81')
            """,
            "1 1 0\n"
        )
    }

    @Test("The server is told who the client is in the binary form, also of Unix sockets")
    func proxyProtocol() async throws {
        try await expect(
            """
            $NC -lk 8080 -c 'od -An -v -tx1 | tr -d " \\n" >>got; echo >>got' & listening 8080
            python3 activate.py $T/web -- $FORWARD --proxy-protocol-v2 127.0.0.1:8080 & listening_at $T/web
            $FORWARD --proxy-protocol-v2 80 127.0.0.1:8080 & listening 80
            $FORWARD --proxy-protocol-v2 '[::1]:81' 127.0.0.1:8080 &
            listening 81
            printf hi | $NC -N -p 7000 127.0.0.1 80; until_true grep -q 6869 got; head -1 got; : >got
            printf hi | $NC -N -p 7000 ::1 81; until_true grep -q 6869 got; head -1 got; : >got
            printf hi | $NC -NU $T/web; until_true grep -q 6869 got; cut -c1-32 got; wc -c <got
            python3 -c 'import sys; print(sys.argv[1].encode().hex() in open("got").read())' $T/web
            """,
            """
            0d0a0d0a000d0a515549540a2111000c7f0000017f0000011b5800506869
            0d0a0d0a000d0a515549540a2121002400000000000000000000000000000001000000000000000000000000000000011b5800516869
            0d0a0d0a000d0a515549540a213100d8
            469
            True

            """
        )
    }
}
