// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Encrypted connections, between two of ours and with the tools of OpenSSL.
@Suite(.enabled(if: Privilege.isRoot && OpenSSL.isThere, "needs root and openssl")) struct NetcatTLSTests {
    private func expect(_ script: String, _ output: String) async throws {
        let prelude = """
            certify() {
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem \
                    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
            }

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("TLS works between two of ours") func betweenTwoOfOurs() async throws {
        try await expect(
            """
            seq 500000 >sent; seq 300000 >reply
            $NC -l --ssl -N 8080 <reply >got & server=$!; listening 8080
            $NC --ssl -N localhost 8080 <sent >back; echo "client: $?"; status server wait $server
            cmp sent got; cmp reply back
            """,
            "client: 0\nserver: 0\n"
        )
    }

    @Test("The client of OpenSSL is served") func withOpenSSLsClient() async throws {
        try await expect(
            """
            certify; seq 200000 >sent
            $NC -l --ssl --ssl-cert cert.pem --ssl-key key.pem 8080 >got & server=$!; listening 8080
            openssl s_client -quiet -no_ign_eof -verify_return_error -CAfile cert.pem -verify_hostname localhost \
                -connect 127.0.0.1:8080 <sent >/dev/null 2>&1; wait $server; cmp sent got && echo same
            """,
            "same\n"
        )
    }

    @Test("The server of OpenSSL serves us") func withOpenSSLsServer() async throws {
        try await expect(
            """
            certify; echo hello >page
            openssl s_server -quiet -WWW -cert cert.pem -key key.pem -accept 127.0.0.1:8080 & listening 8080
            printf 'GET /page HTTP/1.0\\r\\n\\r\\n' | $NC --ssl-verify --ssl-trustfile cert.pem localhost 8080 | tail -1
            """,
            "hello\n"
        )
    }

    @Test("Who is not trusted is refused") func whoIsNotTrusted() async throws {
        try await expect(
            """
            certify; $NC -lk --ssl --ssl-cert cert.pem --ssl-key key.pem 8080 </dev/null 2>/dev/null & listening 8080
            for options in '--ssl-verify' '--ssl-trustfile cert.pem --ssl-servername example.org'; do
                $NC --ssl -w 5 $options localhost 8080 </dev/null 2>&1; echo $?
            done
            status trusted $NC -N --ssl --ssl-trustfile cert.pem localhost 8080 </dev/null
            """,
            """
            nc: TLS: certificate: self-signed certificate
            1
            nc: TLS: certificate: hostname mismatch
            1
            trusted: 0

            """
        )
    }

    @Test("What is said of a session is right") func whatIsSaid() async throws {
        try await expect(
            """
            certify; $NC -lN --ssl --ssl-cert cert.pem --ssl-key key.pem --ssl-alpn h2,http/1.1 8080 </dev/null &
            listening 8080; print=$(openssl x509 -in cert.pem -noout -fingerprint -sha256 | tr -d : | cut -d= -f2)
            $NC -Nv --ssl --ssl-alpn http/1.1 localhost 8080 </dev/null 2>&1 | sed "s/$print/PRINT/" | grep TLS
            """,
            """
            TLS: TLSv1.3, TLS_AES_256_GCM_SHA384, protocol http/1.1
            TLS: certificate SHA-256 PRINT
            TLS: the certificate was not verified (--ssl-verify)

            """
        )
    }

    @Test("TLS goes through a proxy and to programs") func throughAProxyAndToPrograms() async throws {
        try await expect(
            """
            $NC -lk --proxy-type http 3128 & $NC -lk --ssl 8080 -e /bin/cat & listening 3128; listening 8080
            echo hello | $NC -N --ssl -X connect -x 127.0.0.1:3128 127.0.0.1 8080
            $NC -lk --ssl --broker 8443 </dev/null & listening 8443
            $NC -d --ssl 127.0.0.1 8443 >one &
            until_true sh -c 'echo to all | timeout 0.5 $CALLED --ssl 127.0.0.1 8443; test -s one'; sort -u one
            """,
            "hello\nto all\n"
        )
    }

    @Test("A client that does no handshake does not keep its place at a proxy", arguments: ["http", "socks5"])
    func silentClient(_ kind: String) async throws {
        try await expect(
            """
            $NC -lk -m 1 -w 0.2 --ssl --proxy-type \(kind) 3128 2>errors & listening 3128
            timeout 20 python3 -c 'import socket; print(socket.create_connection(("127.0.0.1", 3128)).recv(100))'
            cat errors
            """,
            "b''\nnc: TLS: handshake: timed out\n"
        )
    }

    /// Plain use starts without OpenSSL.
    @Test("OpenSSL is loaded only when it is asked for") func isLoadedOnlyWhenAskedFor() async throws {
        try await expect(
            """
            $NC -lk --ssl 8080 2>/dev/null & listening 8080
            strace -o plain -e trace=openat $NC -z 127.0.0.1 8080; grep -c libssl plain
            strace -o tls -e trace=openat $NC -N --ssl 127.0.0.1 8080 </dev/null; grep -q libssl tls && echo loaded
            """,
            "0\nloaded\n"
        )
    }
}

enum OpenSSL {
    /// Whether its command-line tool is installed.
    static let isThere = (try? FileStatus(of: "/usr/bin/openssl")) != nil
}
