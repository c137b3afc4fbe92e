// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What a program between a client and a server adds to the time of an exchange.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct RelayDelayTests {
    @Test(
        "A small block does not wait for the acknowledgement of the block before, in either direction",
        arguments: [
            ("$PRODUCTS/lowport-forward 80 127.0.0.1:8080", ""),
            ("$NC -l -L 127.0.0.1:8080 80", ""),
            ("$NC -lk -L 127.0.0.1:8080 80", ""),
            ("$NC -lk --proxy-type http 80", "CONNECT 127.0.0.1:8080 HTTP/1.0\\r\\n\\r\\n"),
            ("$NC -lk --proxy-type http 80", "POST http://127.0.0.1:8080/ HTTP/1.0\\r\\nContent-Length: 9\\r\\n\\r\\n"),
            (
                "$NC -lk --proxy-type socks5 80",
                "\\5\\1\\0\\5\\1\\0\\1\\x7f\\0\\0\\1\\x1f\\x90"
            ),
        ]
    )
    func noDelay(_ program: String, _ request: String) async throws {
        let script = """
            \(program) & listening 80
            python3 - $! <<'EOF'
            import ctypes, os, socket, sys, threading

            libc, program = ctypes.CDLL(None, use_errno=True), sys.argv[1]
            listener = socket.create_server(("127.0.0.1", 8080))
            client = socket.create_connection(("127.0.0.1", 80))
            client.sendall(b"\(request)" + b"one")
            server, _ = listener.accept()
            received = b""
            for word in b"one", b"two", b"six":
                while not received.endswith(word):
                    received += server.recv(1000)
                client.sendall({b"one": b"two", b"two": b"six", b"six": b""}[word])


            def processes(process):
                yield process
                for child in open(f"/proc/{process}/task/{process}/children").read().split():
                    yield from processes(child)


            def copies():
                for process in processes(program):
                    for name in os.listdir(f"/proc/{process}/fd"):
                        # pidfd_getfd(2): nobody else can read an option of the socket.
                        number = libc.syscall(438, os.pidfd_open(int(process)), int(name), 0)
                        try:
                            yield socket.socket(fileno=number)
                        except OSError:
                            os.close(number)


            ends = {server.getpeername(): "to the server", ("127.0.0.1", 80): "to the client"}
            said = set()
            for copy in copies():
                if copy.family == socket.AF_INET and copy.type == socket.SOCK_STREAM:
                    if not copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and copy.getsockname() in ends:
                        said.add(f"{ends[copy.getsockname()]}: {copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)}")
            print(*sorted(said), sep=", ")
            EOF
            """
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"))
        #expect(outcome.output.description == "to the client: 1, to the server: 1\n", "\(outcome)")
    }
}
