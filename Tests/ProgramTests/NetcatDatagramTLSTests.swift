// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Encrypted datagrams (DTLS), between two of ours and with the tools of OpenSSL.
@Suite(.enabled(if: Privilege.isRoot && OpenSSL.isThere, "needs root and openssl")) struct NetcatDatagramTLSTests {
    private func expect(_ script: String, _ output: String, name: String = "nc") async throws {
        let prelude = """
            certify() {
                openssl req -x509 -newkey rsa:4096 -nodes -keyout key.pem -out cert.pem -days 2 \
                    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
            }

            """
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("Datagrams go both ways, and close_notify ends both", arguments: ["nc", "ncat"])
    func bothWays(_ name: String) async throws {
        try await expect(
            """
            mkfifo words answers; $NC -lu --ssl 8080 <answers >got & server=$!; exec 4>answers; bound 8080
            $NC -u -v --ssl 127.0.0.1 8080 <words >back 2>log & client=$!; exec 3>words
            echo one >&3; until_true grep -q one got; echo two >&4; until_true grep -q two back
            exec 3>&-
            case $NC in nc) kill $client;; *) status client wait $client; status server wait $server;; esac
            cat got back; grep -o DTLSv1.2 log
            """,
            name == "nc" ? "one\ntwo\nDTLSv1.2\n" : "client: 0\nserver: 0\none\ntwo\nDTLSv1.2\n",
            name: name
        )
    }

    /// A certificate and its key of 4096 bits take several datagrams.
    @Test("The client of OpenSSL is served") func withOpenSSLsClient() async throws {
        try await expect(
            """
            certify; $NC -lu --ssl --ssl-cert cert.pem --ssl-key key.pem 8080 >got & server=$!; bound 8080
            mkfifo words; exec 3<>words
            openssl s_client -dtls1_2 -quiet -no_ign_eof -verify_return_error -CAfile cert.pem -verify_hostname localhost \
                -connect 127.0.0.1:8080 <words >/dev/null 2>&1 &
            echo hello >&3; until_true grep -q hello got; echo Q >&3; status server wait $server; cat got
            """,
            "server: 0\nhello\n"
        )
    }

    @Test("A server prints what each peer sends", arguments: ["nc", "ncat"])
    func severalPeers(_ name: String) async throws {
        try await expect(
            """
            $NC -luk --ssl 8080 >got & bound 8080
            for word in one two three; do
                { echo $word; until_true grep -q $word got; } | timeout 9 $NC -u -N --ssl 127.0.0.1 8080
            done
            cat got
            """,
            "one\ntwo\nthree\n",
            name: name
        )
    }

    @Test("The server of OpenSSL serves us") func withOpenSSLsServer() async throws {
        try await expect(
            """
            certify; mkfifo hold; exec 3<>hold
            openssl s_server -dtls1_2 -listen -quiet -cert cert.pem -key key.pem -accept 127.0.0.1:8080 <hold >got 2>/dev/null &
            bound 8080; { echo hello; until_true grep -q hello got; } |
                timeout 9 $NC -u -N --ssl-trustfile cert.pem localhost 8080; echo $?; cat got
            """,
            "0\nhello\n"
        )
    }

    @Test("Each client has a program of its own, or its turn") func manyClients() async throws {
        try await expect(
            """
            $NC -luk --ssl 8080 -e /bin/cat & $NC -luk --ssl 8081 </dev/null >got & bound 8080; bound 8081
            for word in one two three; do
                echo $word | $NC -u -W 1 --ssl 127.0.0.1 8080; echo $word | $NC -uN --ssl 127.0.0.1 8081
            done; cat got
            """,
            "one\ntwo\nthree\none\ntwo\nthree\n"
        )
    }

    @Test("Nobody is there, or does not speak it") func nobodyIsThere() async throws {
        try await expect(
            """
            for scan in -N -z; do $NC -u $scan --ssl 127.0.0.1 8079 </dev/null 2>&1; echo $?; done
            $NC -luk 127.0.0.1 8080 >/dev/null & bound 8080
            $NC -zu -w 1.5 --ssl 127.0.0.1 8080 2>&1; echo $?
            $NC -luk --ssl 127.0.0.1 8081 </dev/null & bound 8081; status open $NC -zu --ssl 127.0.0.1 8081
            """,
            """
            nc: TLS: Connection refused
            1
            nc: TLS: Connection refused
            1
            nc: TLS: handshake: timed out
            1
            open: 0

            """
        )
    }

    /// What is lost is sent again: the relay drops every datagram once.
    @Test("The handshake goes on after losses") func losses() async throws {
        try await expect(
            """
            cat >lossy.py <<'END'
            import select, socket
            front, back = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
            front.bind(("127.0.0.1", 8079)); back.connect(("127.0.0.1", 8080)); client, seen = None, {}
            while True:
                for s in select.select([front, back], [], [])[0]:
                    data, sender = s.recvfrom(65536)
                    if s is front: client = sender
                    # Each kind of handshake message, by direction: its type stands after the header of 13 bytes.
                    kind = (s is front, data[0], data[13:14])
                    seen[kind] = seen.get(kind, 0) + 1
                    if data[0] == 22 and seen[kind] == 1: continue
                    back.send(data) if s is front else front.sendto(data, client)
            END
            python3 lossy.py & $NC -lu --ssl 8080 >got & server=$!; bound 8079; bound 8080
            echo hello | timeout 30 $NC -uN --ssl 127.0.0.1 8079; echo $?; wait $server; cat got
            """,
            "0\nhello\n"
        )
    }

    /// A sender that cannot receive at its address gets an answer no longer than its question, and is not remembered.
    @Test("A sender that does not prove its address is not the peer") func noProof() async throws {
        try await expect(
            """
            $NC -lu --ssl --deny 127.0.0.9 8080 >got & server=$!; bound 8080
            cat >stray.py <<'END'
            import socket, subprocess, ssl
            taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); taken.bind(("127.0.0.1", 7000))
            probe = subprocess.Popen(["openssl", "s_client", "-dtls1_2", "-connect", "127.0.0.1:7000"],
                                     stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            hello = taken.recv(2000); probe.kill()
            stray = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); stray.settimeout(0.5)
            for data in b"", b"junk", hello[:20], hello, hello: stray.sendto(data, ("127.0.0.1", 8080))
            for _ in range(2):
                answer = stray.recv(2000)
                # A HelloVerifyRequest.
                print(answer[13], len(answer) <= len(hello))
            denied = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); denied.bind(("127.0.0.9", 0)); denied.settimeout(0.5)
            denied.sendto(hello, ("127.0.0.1", 8080))
            try: print(denied.recv(2000))
            except TimeoutError: print("nothing")
            END
            python3 stray.py; echo hello | timeout 9 $NC -uN --ssl 127.0.0.1 8080; echo $?; wait $server; cat got
            """,
            "3 True\n3 True\nnothing\n0\nhello\n"
        )
    }

    @Test("Large datagrams keep their bounds") func bounds() async throws {
        try await expect(
            """
            head -c 40000 /dev/urandom >sent; $NC -lu --ssl 8080 >got & server=$!; bound 8080
            $NC -uN --ssl 127.0.0.1 8080 <sent; echo $?; wait $server; cmp sent got && echo same
            $NC -lu --ssl -W 1 8081 >got & server=$!; bound 8081
            mkfifo hold; exec 3<>hold; { printf one; cat hold; } | timeout 9 $NC -u --ssl 127.0.0.1 8081 &
            wait $server; cat got
            """,
            "0\nsame\none"
        )
    }
}
