// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Servers with more clients than descriptors: the clients wait, and the server goes on.
@Suite(.serialized, .enabled(if: Privilege.isRoot, "needs root")) struct NetcatManyClientsTests {
    private func expect(_ script: String, _ output: String, name: String = "nc") async throws {
        let prelude = """
            FORWARD=$PRODUCTS/lowport-forward
            cat >echo.py <<'X'
            import asyncio
            async def echo(reader, writer):
                while data := await reader.read(1000): writer.write(data)
                writer.close()
            async def main(): await (await asyncio.start_server(echo, "127.0.0.1", 8080, backlog=4096)).serve_forever()
            asyncio.run(main())
            X
            cat >clients.py <<'X'
            import os, socket, sys, time
            count, server, answers = int(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["answers"]
            def ticks():
                used = 0
                for process in filter(str.isdigit, os.listdir("/proc")):
                    try: fields = open(f"/proc/{process}/stat").read().rsplit(")")[1].split()
                    except OSError: continue
                    if server in (process, fields[1]): used += sum(map(int, fields[11:13]))
                return used
            clients = [socket.create_connection(("127.0.0.1", 8000)) for _ in range(count)]
            state = "spins"
            for _ in range(20):
                before = ticks(); time.sleep(0.5)
                if ticks() - before < 25: state = "idle"; break
            print(state)
            whole = 0
            for client in clients:
                client.settimeout(10); client.sendall(b"hello\\n"); client.shutdown(socket.SHUT_WR)
                got = b""
                while data := client.recv(100): got += data
                whole += got == (b"hello\\n" if answers else b""); client.close()
            print("whole", whole)
            X

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test(
        "A forwarder survives more clients than descriptors",
        arguments: [
            "$FORWARD --workers 1 8000 127.0.0.1:8080", "$FORWARD --workers 3 8000 127.0.0.1:8080",
            "$NC -lk 8000 -L 127.0.0.1:8080", "$NC -lk 8000 -e /bin/cat",
        ],
        [24, 64, 1024]
    )
    func descriptors(_ server: String, _ limit: Int) async throws {
        // A program for each of 2048 clients at the same time would be too much for the machine, and so would be as many
        // flows beside other tests; each takes two descriptors, so that 600 are more than 1024 have room for.
        let count = min(2 * limit, server.contains("cat") ? 96 : 600)
        try await expect(
            """
            ulimit -n 8192; python3 echo.py & listening 8080
            (ulimit -n \(limit); exec \(server)) 2>errors & server=$!; listening 8000
            python3 clients.py \(count) $server answers; python3 clients.py 1 $server answers; cat errors
            """,
            "idle\nwhole \(count)\nidle\nwhole 1\n"
        )
    }

    @Test("The limit is raised as far as possible") func raised() async throws {
        try await expect(
            """
            ulimit -n 8192; python3 echo.py & listening 8080
            (ulimit -S -n 24; exec $FORWARD 8000 127.0.0.1:8080) & server=$!; listening 8000
            until_true grep -q 'Max open files *8192 *8192' /proc/$server/limits
            (ulimit -S -n 24; exec $NC -lk 8002 -c 'ulimit -S -n') & listening 8002; $NC 127.0.0.1 8002 </dev/null
            python3 clients.py 100 $server answers
            """,
            "24\nidle\nwhole 100\n"
        )
    }

    @Test("Hubs survive more clients than descriptors", arguments: [24, 64, 1024])
    func hub(_ limit: Int) async throws {
        let count = min(2 * limit, 1100)
        try await expect(
            """
            ulimit -n 8192; mkfifo hold; exec 3<>hold
            (ulimit -n \(limit); exec $NC -lk -m 5000 8000 <hold >got 2>errors) & server=$!; listening 8000
            python3 clients.py \(count) $server; python3 clients.py 1 $server; cat errors; grep -c hello got
            """,
            "idle\nwhole \(count)\nidle\nwhole 1\n\(count + 1)\n",
            name: "ncat"
        )
    }

    @Test("A broker survives twice as many clients as descriptors", arguments: ["--broker", "--chat"])
    func broker(_ kind: String) async throws {
        try await expect(
            """
            (ulimit -n 24; exec $NC -lk \(kind) 8000 </dev/null 2>errors) & listening 8000
            python3 -c 'import socket
            clients = [socket.create_connection(("127.0.0.1", 8000)) for _ in range(48)]
            for client in clients[:46]: client.close()
            clients[46].settimeout(10); clients[47].settimeout(0.1); got = b""
            for _ in range(100):
                clients[46].sendall(b"hello\\n")
                try: got += clients[47].recv(1000)
                except TimeoutError: continue
                if b"hello" in got: break
            print("hello" if b"hello" in got else got)'
            cat errors
            """,
            "hello\n"
        )
    }
}
