// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Clients that have connected, said what they have to say, and ended or left, before the server looks at the first of them.
@Suite(.serialized, .enabled(if: Privilege.isRoot, "needs root")) struct CrowdTests {
    private func expect(_ script: String, _ output: String, name: String = "nc") async throws {
        let prelude = """
            FORWARD=$PRODUCTS/lowport-forward
            cat >tools.py <<'X'
            import os, signal, socket, sys
            count, server = int(sys.argv[1]), int(sys.argv[2])
            def processes(process):
                yield process
                for child in open(f"/proc/{process}/task/{process}/children").read().split(): yield from processes(int(child))
            def tell(number):
                for process in list(processes(server)): os.kill(process, number)
            def connected():
                client = socket.create_connection(("127.0.0.1", 8000)); client.settimeout(20)
                return client
            X

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test(
        "A forwarder serves those who waited for a descriptor, to their end",
        arguments: ["$FORWARD", "$FORWARD --workers 1", "$NC -lk --max-conns 1000 -L 127.0.0.1:8080 8000"],
        [24, 64]
    )
    func forwarder(_ server: String, _ limit: Int) async throws {
        let command = server.contains("-L") ? server : "\(server) 8000 127.0.0.1:8080"
        try await expect(
            """
            cat >count.py <<'X'
            import asyncio
            async def count(reader, writer):
                writer.write(str(len(await reader.read(-1))).encode()); writer.close()
            async def main(): await (await asyncio.start_server(count, "127.0.0.1", 8080, backlog=4096)).serve_forever()
            asyncio.run(main())
            X
            cat >crowd.py <<'X'
            from tools import *
            tell(signal.SIGSTOP)
            clients = [connected() for _ in range(count)]
            for client in clients: client.sendall(b"x" * 40000); client.shutdown(socket.SHUT_WR)
            tell(signal.SIGCONT)
            print(sum(client.recv(100) == b"40000" for client in clients))
            X
            python3 count.py & listening 8080
            (ulimit -n \(limit); exec \(command)) & server=$!; listening 8000
            python3 crowd.py \(2 * limit) $server
            """,
            "\(2 * limit)\n"
        )
    }

    @Test("What clients sent before they left is passed on", arguments: [("nc", "--broker"), ("ncat", "--chat")])
    func broker(_ name: String, _ kind: String) async throws {
        try await expect(
            """
            cat >crowd.py <<'X'
            from tools import *
            speaker, reader = connected(), connected()
            # Once it hears the other one, it is a client.
            reader.settimeout(0.2); heard = b""
            while b"there" not in heard:
                speaker.sendall(b"there\\n")
                try: heard += reader.recv(1000)
                except TimeoutError: pass
            reader.settimeout(20)
            tell(signal.SIGSTOP)
            clients = [connected() for _ in range(count)]
            for number, client in enumerate(clients): client.sendall(b"word%d.\\n" % number)
            for client in clients: client.close()
            tell(signal.SIGCONT)
            heard = b""
            while sum(b"word%d." % number in heard for number in range(count)) < count: heard += reader.recv(1000)
            print("all")
            X
            $CALLED -lk \(kind) 8000 & server=$!; listening 8000
            python3 crowd.py 20 $server
            """,
            "all\n",
            name: name
        )
    }

    @Test("Those who have left by then do not count among the clients when others are refused")
    func places() async throws {
        try await expect(
            """
            cat >crowd.py <<'X'
            from tools import *
            tell(signal.SIGSTOP)
            for number in range(count):
                with connected() as client: client.sendall(b"word%d.\\n" % number)
            tell(signal.SIGCONT)
            X
            mkfifo hold; $CALLED -lk -m 10 8000 <>hold >got & server=$!; listening 8000
            python3 crowd.py 60 $server; until_true sh -c 'test $(wc -l <got) -eq 60'; sort -u got | wc -l
            """,
            "60\n",
            name: "ncat"
        )
    }

    @Test("A second listener at the same path leaves the first one alone", arguments: ["", "-u"])
    func unixListener(_ kind: String) async throws {
        try await expect(
            """
            mkfifo hold; $NC -l \(kind) -U $T/place <>hold >got & first=$!; listening_at $T/place
            $NC -l \(kind) -U $T/place </dev/null; echo $?
            echo hello | $NC \(kind) -N -w 1 -U $T/place; until_true grep hello got
            # Nobody is there any more: the path is free.
            kill $first; wait $first; $NC -l \(kind) -U $T/place <>hold >again & listening_at $T/place
            echo other | $NC \(kind) -N -w 1 -U $T/place; until_true grep other again
            """,
            "1\nhello\nother\n"
        )
    }

    @Test("A port is a number up to 65535, also the local one of a client") func localPort() async throws {
        try await expect(
            """
            $NC -l 8000 >got & listening 8000
            $NC -p 70001 127.0.0.1 8000 </dev/null 2>&1; echo $?
            """,
            "nc: port number too large: 70001\n1\n"
        )
    }
}
