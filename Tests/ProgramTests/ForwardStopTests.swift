// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What a forwarder makes of things that it finds at once, since it was stopped when they happened.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ForwardStopTests {
    private func expect(_ script: String, _ output: String, options: String = "") async throws {
        let prelude = """
            $PRODUCTS/lowport-forward --workers 1 \(options) 8000 127.0.0.1:8080 & forwarder=$!; listening 8000
            cat >peers.py <<'X'
            import contextlib, os, signal, socket, struct, sys, time

            worker = int(open(f"/proc/{sys.argv[1]}/task/{sys.argv[1]}/children").read())
            listener = socket.create_server(("127.0.0.1", 8080))
            # What hangs fails.
            socket.setdefaulttimeout(10)
            listener.settimeout(10)


            def pair():
                client = socket.create_connection(("127.0.0.1", 8000))
                client.sendall(b"begin")
                server, _ = listener.accept()
                assert server.recv(5) == b"begin"
                return client, server


            @contextlib.contextmanager
            def stopped():
                os.kill(worker, signal.SIGSTOP)
                while ") T " not in open(f"/proc/{worker}/stat").read():
                    time.sleep(0.001)
                yield
                os.kill(worker, signal.SIGCONT)


            def reset(end):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.close()


            def told(end):
                "How many bytes arrive, and how they end."
                count = 0
                try:
                    while data := end.recv(65536):
                        count += len(data)
                    return count, "end"
                except ConnectionResetError:
                    return count, "reset"


            def packets(end):
                # tcpi_segs_in of tcp(7).
                return struct.unpack_from("I", end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160), 140)[0]
            X

            """
        let outcome = try await PrivateNetwork.run(
            prelude + "cat >>peers.py <<'X'\n" + script + "\nX\npython3 peers.py $forwarder",
            netcat: Products.path("nc")
        )
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("An answer and its end go in one packet") func answerWithEnd() async throws {
        try await expect(
            """
            client, server = pair()
            with stopped():
                server.sendall(b"answer")
                server.close()
                before = packets(client)
            print(told(client), packets(client) - before)
            """,
            "(6, 'end') 1\n"
        )
    }

    /// A write to the end that has reset takes the error away, and a read from it then looks like an end.
    @Test("A reset stays a reset if there is data for the end that has reset") func reset() async throws {
        try await expect(
            """
            for ends in False, True:
                for name in "server", "client":
                    client, server = pair()
                    resetting, other = (server, client) if name == "server" else (client, server)
                    with stopped():
                        other.sendall(b"question")
                        if ends:
                            other.shutdown(socket.SHUT_WR)
                        resetting.sendall(b"answer")
                        reset(resetting)
                    print(f"the {name}'s:", told(other)[1])
            """,
            "the server's: reset\nthe client's: reset\nthe server's: reset\nthe client's: reset\n"
        )
    }

    /// The event that says that the server has accepted reports the reset as well.
    @Test("A server that answers and resets before the forwarder looks has reset") func earlyReset() async throws {
        try await expect(
            """
            # Of 1,000 connections, about five are like that.
            count = 0
            for _ in range(2000):
                client = socket.create_connection(("127.0.0.1", 8000))
                server, _ = listener.accept()
                server.sendall(b"answer")
                reset(server)
                count += told(client)[1] == "reset"
            print(count)
            """,
            "2000\n"
        )
    }

    /// A read ends at urgent data, and splice(2) finds nothing there.
    @Test("What follows urgent data arrives, and its end", arguments: [3, 10 << 16]) func urgentData(_ size: Int)
        async throws
    {
        try await expect(
            """
            for ends in True, False:
                for receiver, sender in pair(), pair()[::-1]:
                    with stopped():
                        sender.sendall(b"a" * \(size))
                        sender.send(b"!", socket.MSG_OOB)
                        sender.sendall(b"b" * 50003)
                        if ends:
                            sender.shutdown(socket.SHUT_WR)
                    if ends:
                        print(told(receiver))
                    else:
                        left = \(size) + 50003
                        while left > 0:
                            left -= len(receiver.recv(left))
                        print(left)
            """,
            "(\(size + 50003), 'end')\n(\(size + 50003), 'end')\n0\n0\n"
        )
    }

    /// What is to be sent to an end that has reset is never sent.
    @Test("A connection whose both ends have reset leaves its place at once") func bothReset() async throws {
        try await expect(
            """
            # Of five connections, about one is like that.
            for _ in range(50):
                client = socket.create_connection(("127.0.0.1", 8000))
                server, _ = listener.accept()
                with contextlib.suppress(OSError):
                    server.sendall(bytes(131072))
                reset(server)
                reset(client)
            print("done")
            """,
            "done\n",
            options: "--max-conns 1"
        )
    }
}
