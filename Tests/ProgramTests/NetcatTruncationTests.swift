// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// An encrypted stream that ends without close_notify does not pass for whole, whoever receives it.
@Suite(.enabled(if: Privilege.isRoot && OpenSSL.isThere, "needs root and openssl")) struct NetcatTruncationTests {
    private func expect(_ script: String, _ output: String, name: String = "nc") async throws {
        let prelude = """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem \
                -subj /CN=localhost 2>/dev/null
            cat >cut.py <<'X'
            import socket, ssl, sys
            if sys.argv[1] == "server":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain("cert.pem", "key.pem")
                plain, serves = socket.create_server(("127.0.0.1", 8080)).accept()[0], True
            else:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                plain, serves = socket.create_connection(("127.0.0.1", 8080)), False
            peer = context.wrap_socket(plain, server_side=serves)
            peer.sendall(b"half\\n"); plain = socket.socket(fileno=peer.detach()); plain.shutdown(socket.SHUT_WR)
            while plain.recv(1000): pass
            X

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    private static let words = "TLS: the connection was cut off, and data may be missing"

    @Test("A client is told", arguments: ["", "-c 'cat >&2'"]) func client(_ program: String) async throws {
        try await expect(
            """
            python3 cut.py server & listening 8080
            status client $NC --ssl \(program) 127.0.0.1 8080 </dev/null 2>&1
            """,
            "half\nnc: \(Self.words)\nclient: 1\n"
        )
    }

    @Test("A listener is told", arguments: ["", "-c 'cat >&2'", "-L 127.0.0.1:8081"])
    func listener(_ role: String) async throws {
        try await expect(
            """
            $NC -l 8081 >half & listening 8081
            $NC -l --ssl \(role) 8080 >half 2>errors & server=$!; listening 8080
            python3 cut.py client; status server wait $server; cat half errors | sort
            """,
            "server: 1\nhalf\nnc: \(Self.words)\n"
        )
    }

    @Test(
        "A server that goes on tells it, too",
        arguments: [("nc", ""), ("nc", "-c 'cat >&2'"), ("nc", "--broker"), ("ncat", ""), ("ncat", "-c 'cat >&2'")]
    )
    func servers(_ name: String, _ role: String) async throws {
        try await expect(
            """
            $NC -lk --ssl \(role) 8080 >half 2>errors & listening 8080
            python3 cut.py client; until_true grep -q cut errors; grep -v half errors
            """,
            name == "nc" ? "nc: \(Self.words)\n" : "Ncat: \(Self.words).\n",
            name: name
        )
    }

    @Test(
        "A whole stream is not reported",
        arguments: ["-lk", "-lk -c 'cat >&2'", "-lk --broker", "-l -L 127.0.0.1:8081"]
    )
    func whole(_ role: String) async throws {
        try await expect(
            """
            $NC -lk 8081 >got & listening 8081
            $NC \(role) -v --ssl 8080 >got 2>errors & listening 8080
            echo all | $NC --ssl -N 127.0.0.1 8080; until_true grep -q TLSv errors; grep -c 'cut off' errors
            """,
            "0\n"
        )
    }

    /// Clients at port 8080 and a server at port 8081, which find out how their connections end.
    private static let clientOfTLS = """
        cat >ends.py <<'X'
        import socket, ssl, struct
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        server = socket.create_server(("127.0.0.1", 8081))
        def connection():
            plain = socket.create_connection(("127.0.0.1", 8080))
            return context.wrap_socket(plain, suppress_ragged_eofs=False)
        def reset(s): s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); s.close()
        def told(s):
            s.settimeout(10); got = 0
            try:
                while data := s.recv(1000): got += len(data)
                return got, "end"
            except (ssl.SSLEOFError, ConnectionResetError): return got, "cut off"
        X
        """

    @Test(
        "A client is told that the server has reset, through a forwarder or a proxy",
        arguments: [
            ("-L 127.0.0.1:8081", "", 0),
            ("--proxy-type http", "CONNECT 127.0.0.1:8081 HTTP/1.0\\r\\n\\r\\n", 19),
            ("--proxy-type socks5", "\\5\\1\\0\\5\\1\\0\\1\\x7f\\0\\0\\1\\x1f\\x91", 12),
        ]
    )
    func passedOn(_ role: String, _ greeting: String, _ answer: Int) async throws {
        try await expect(
            """
            $NC -lk --ssl \(role) 8080 2>/dev/null & listening 8080
            \(Self.clientOfTLS)
            cat >>ends.py <<'X'
            def pair():
                client = connection(); client.sendall(b"\(greeting)"); left = \(answer)
                while left: left -= len(client.recv(left))
                client.sendall(b"hello"); peer = server.accept()[0]; assert peer.recv(5) == b"hello"
                return client, peer
            client, peer = pair(); peer.sendall(b"answer"); reset(peer); print("reset", told(client))
            client, peer = pair(); peer.sendall(b"answer"); peer.close(); print("close", told(client))
            client, peer = pair(); reset(socket.socket(fileno=client.detach())); print("the client's", told(peer))
            X
            python3 ends.py
            """,
            "reset (6, 'cut off')\nclose (6, 'end')\nthe client's (0, 'cut off')\n"
        )
    }

    @Test("So is one whose request an HTTP proxy has passed on") func passedRequest() async throws {
        try await expect(
            """
            $NC -lk --ssl --proxy-type http 8080 2>/dev/null & listening 8080
            \(Self.clientOfTLS)
            cat >>ends.py <<'X'
            for end in reset, socket.socket.close:
                client = connection()
                client.sendall(b"GET http://127.0.0.1:8081/ HTTP/1.0\\r\\n\\r\\n"); peer = server.accept()[0]
                while not peer.recv(1000).endswith(b"\\r\\n\\r\\n"): pass
                peer.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nhalf"); end(peer); print(told(client)); client.close()
            X
            python3 ends.py
            """,
            "(23, 'cut off')\n(23, 'end')\n"
        )
    }
}
