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
}
