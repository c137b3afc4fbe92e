// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Encrypted connections that fail: what the peer says is passed on, and nothing else is.
@Suite(.enabled(if: Privilege.isRoot && OpenSSL.isThere, "needs root and openssl")) struct NetcatTLSFailureTests {
    private func expect(_ script: String, _ output: String) async throws {
        let prelude = """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem \
                -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
            serve() {
                openssl s_server -quiet -cert cert.pem -key key.pem -accept 127.0.0.1:8443 "$@" >/dev/null 2>&1 &
                listening 8443
            }

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test(
        "The alert of the peer is named",
        arguments: [
            ("-Verify 1", "", "certificate required"),
            ("-Verify 1 -verify_return_error", "--ssl-cert cert.pem --ssl-key key.pem", "unknown ca"),
            ("-Verify 1 -tls1_2", "", "handshake failure"),
            ("-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", "--ssl-ciphers ECDHE-ECDSA-AES256-SHA", "handshake failure"),
            (
                "-servername other -servername_fatal -cert2 cert.pem -key2 key.pem", "--ssl-servername nobody",
                "unrecognized name"
            ),
        ]
    )
    func theAlertOfThePeer(_ server: String, _ client: String, _ alert: String) async throws {
        let line = "nc: TLS: the peer sent the alert: \(alert)\n1\n"
        try await expect(
            """
            serve \(server)
            $NC -N --ssl \(client) localhost 8443 </dev/null 2>&1; echo $?
            echo hello | $NC --send-only --ssl \(client) localhost 8443 2>&1; echo $?
            $NC -z --ssl \(client) localhost 8443 2>&1; echo $?
            """,
            line + line + line
        )
    }

    @Test("A certificate that nobody asked about is not a reason") func whatNobodyAskedAbout() async throws {
        try await expect(
            """
            serve -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA
            $NC -N --ssl --ssl-ciphers ECDHE-ECDSA-AES256-SHA localhost 8443 </dev/null 2>&1 | grep -c certificate
            status trusted $NC -z --ssl --ssl-trustfile cert.pem localhost 8443
            """,
            "0\ntrusted: 0\n"
        )
    }

    @Test("-z does the handshake") func scan() async throws {
        try await expect(
            """
            serve; $NC -lk 8080 -c 'head -c 5 >/dev/null; echo HTTP/1.0 400' & listening 8080
            for options in '' --ssl-verify '--ssl-trustfile cert.pem'; do
                status "z $options" $NC -z --ssl $options localhost 8443 2>&1
            done
            $NC -z --ssl -w 5 localhost 8080 2>&1; $NC -zv --ssl -4 -w 5 localhost 8079 8080 8443 2>&1 |
                grep -v '^TLS'; status files $NC -z --ssl-trustfile none localhost 8443 2>&1
            """,
            """
            z : 0
            nc: TLS: certificate: self-signed certificate
            z --ssl-verify: 1
            z --ssl-trustfile cert.pem: 0
            nc: TLS: handshake: wrong version number (does the peer use TLS?)
            nc: connect to localhost (127.0.0.1) port 8079 (tcp) failed: Connection refused
            nc: port 8080: TLS: handshake: wrong version number (does the peer use TLS?)
            Connection to localhost (127.0.0.1) 8443 port [tcp/*] succeeded!
            nc: TLS: trusted certificates: No such file or directory
            files: 1

            """
        )
    }

    /// The first half of a record, then silence, then a reset.
    @Test("Half of a record is neither an end nor work") func halfOfARecord() async throws {
        try await expect(
            """
            $NC -l --ssl 8080 >got 2>errors & server=$!; listening 8080
            cat >client.py <<'END'
            import socket, ssl, sys
            raw = socket.create_connection(("127.0.0.1", 8080))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            there, here = ssl.MemoryBIO(), ssl.MemoryBIO()
            session = context.wrap_bio(there, here)
            while True:
                try: session.do_handshake(); break
                except ssl.SSLWantReadError: raw.sendall(here.read()); there.write(raw.recv(65536))
            session.write(b"x" * 10000)
            data = here.read()
            raw.sendall(data[:5000])
            open("sent", "w").close(); sys.stdin.read()
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0])); raw.close()
            END
            mkfifo hold; python3 client.py <hold & exec 3>hold; until_true test -e sent
            ticks() { awk '{ print $14 + $15 }' /proc/$server/stat; }
            before=$(ticks); sleep 1; after=$(ticks); [ $((after - before)) -lt 20 ] && echo asleep
            exec 3>&-; status server wait $server; cat errors; wc -c <got
            """,
            "asleep\nserver: 1\nnc: TLS: the connection was cut off, and data may be missing\n0\n"
        )
    }

    @Test("The reason of a listener reaches the client") func theReasonOfAListener() async throws {
        try await expect(
            """
            $NC -l --ssl --ssl-trustfile cert.pem 8080 2>server & server=$!; listening 8080
            seq 10000 | $NC -N --ssl localhost 8080 2>&1; echo $?; status server wait $server; cat server
            """,
            """
            nc: TLS: the peer sent the alert: certificate required
            1
            server: 1
            nc: TLS: handshake: peer did not return a certificate

            """
        )
    }
}
