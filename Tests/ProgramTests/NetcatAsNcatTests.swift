// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What ours does when it is called as ncat: its ports, its hub, its ends of file, its exit status.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatAsNcatTests {
    private func expect(_ script: String, _ output: String) async throws {
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"), name: "ncat")
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("The port that nobody named is 31337") func thePortThatNobodyNamed() async throws {
        try await expect(
            """
            for server in '' -4 -6 127.0.0.1; do
                $NC -l $server >got & server_process=$!; listening 31337
                case $server in -6) client=::1;; *) client=127.0.0.1;; esac
                echo "to ${server:-all}" | $NC $client; wait $server_process; cat got
            done
            """,
            "to all\nto -4\nto -6\nto 127.0.0.1\n"
        )
    }

    @Test("Clients of a kept listener are served together") func clientsOfAKeptListenerAreServedTogether() async throws
    {
        try await expect(
            """
            mkfifo words; $NC -lk 8080 <words >got & exec 3>words; listening 8080
            mkfifo first second
            $NC 127.0.0.1 8080 <first >one & exec 4>first; $NC 127.0.0.1 8080 <second >two & exec 5>second
            echo a >&4; until_true grep -q a got; echo b >&5; until_true grep -q b got
            echo all >&3; until_true grep -q all one; until_true grep -q all two; cat got one two
            """,
            "a\nb\nall\nall\n"
        )
    }

    @Test("A hub takes no more clients than it was told") func aHubThatTakesNoMoreThanSoMany() async throws {
        try await expect(
            """
            $NC -lk -m 0 8080 >got & listening 8080; echo no | $NC 127.0.0.1 8080
            $NC -l -m 0 8081 >>got & listening 8081; echo no | $NC 127.0.0.1 8081; wc -c <got
            """,
            "0\n"
        )
    }

    @Test("The end of the peer is the end of standard output") func theEndOfThePeerIsTheEndOfStandardOutput()
        async throws
    {
        try await expect(
            """
            echo hello | $NC -l 8080 >/dev/null & listening 8080
            mkfifo hold; $NC 127.0.0.1 8080 <hold | cat >got & exec 3>hold
            # While standard input is open; then the client ends as well, as ncat does since 7.96.
            until_true grep -q hello got; until_true sh -c '! pgrep -x cat >/dev/null' && echo ended
            until_true sh -c '! pgrep -x ncat >/dev/null' && echo both
            """,
            "ended\nboth\n"
        )
    }

    @Test("Nobody connects to a listener that has its client") func nobodyConnectsToAListenerThatHasItsClient()
        async throws
    {
        try await expect(
            """
            mkfifo hold; $NC -l 8080 <hold >got & exec 3>hold; listening 8080
            mkfifo words; $NC 127.0.0.1 8080 <words & exec 4>words; echo a >&4; until_true grep -q a got
            status second $NC -z 127.0.0.1 8080
            """,
            "second: 1\n"
        )
    }

    @Test("Resets and mistakes have a status of their own") func statusOfResetsAndMistakes() async throws {
        try await expect(
            """
            python3 -c 'import socket, struct
            s = socket.create_server(("127.0.0.1", 8080)); c, _ = s.accept()
            c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()' & listening 8080
            mkfifo hold; exec 3<>hold; status reset $NC 127.0.0.1 8080 <hold 2>/dev/null
            status mistake $NC --baffle 2>/dev/null
            """,
            "reset: 1\nmistake: 2\n"
        )
    }

    @Test("A proxy is told who we are when it asks") func aProxyIsToldWhoWeAreWhenItAsks() async throws {
        try await expect(
            """
            python3 -c 'import socket
            s = socket.create_server(("127.0.0.1", 3128))
            for answer in ("407 Auth\\r\\nProxy-Authenticate: NTLM, Basic realm=x", "200 OK"):
                c, _ = s.accept(); text = b""
                while not text.endswith(b"\\r\\n\\r\\n"): text += c.recv(1000)
                print(text.decode().split("\\r\\n")[1], flush=True)
                c.sendall(b"HTTP/1.0 " + answer.encode() + b"\\r\\n\\r\\n"); c.close()' >asked & listening 3128
            $NC --proxy 127.0.0.1:3128 --proxy-auth user:pass host 80 </dev/null; cat asked
            """,
            "\nProxy-Authorization: Basic dXNlcjpwYXNz\n"
        )
    }
}

/// Proxies that ask for a user and are answered with a digest, and the one that a listener can be.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatDigestTests {
    private func expect(_ script: String, _ output: String, name: String = "nc") async throws {
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    private static let there = (try? FileStatus(of: "/usr/bin/curl")) != nil

    @Test("Two of ours agree, and who has another password is refused", arguments: ["nc", "ncat"])
    func twoOfOurs(_ name: String) async throws {
        try await expect(
            """
            $NC -l --proxy-type http --proxy-auth 'me:se"cret' 3128 & listening 3128
            $NC -lk 8080 -e /bin/cat & listening 8080
            echo hello | $NC -N -X connect --proxy 127.0.0.1:3128 --proxy-auth 'me:se"cret' 127.0.0.1 8080; echo $?
            $NC -N -X connect --proxy 127.0.0.1:3128 --proxy-auth me:secret 127.0.0.1 8080 </dev/null 2>errors; echo $?
            sed 's/^.*: P/P/; s/\\.$//' errors
            """,
            "hello\n0\n1\nProxy error: \"HTTP/1.0 407 Proxy Authentication Required\"\n",
            name: name
        )
    }

    @Test("curl agrees with the proxy", .enabled(if: there, "needs curl")) func curl() async throws {
        try await expect(
            """
            $NC -l --proxy-type http --proxy-auth me:secret 3128 & listening 3128
            $NC -lk 8080 -c 'head -n 1 >/dev/null; printf "HTTP/1.0 200 OK\\r\\n\\r\\nhello\\n"' & listening 8080
            for way in --proxy-digest --proxy-basic; do
                curl -s -p $way -x http://me:secret@127.0.0.1:3128 http://127.0.0.1:8080/
                curl -s $way -x http://me:secret@127.0.0.1:3128 http://127.0.0.1:8080/
                curl -s -o /dev/null -w '%{http_code}\n' $way -x http://me:other@127.0.0.1:3128 http://127.0.0.1:8080/
            done
            """,
            "hello\nhello\n407\nhello\nhello\n407\n"
        )
    }

    @Test("A challenge that was too old is answered once more") func staleChallenge() async throws {
        try await expect(
            """
            python3 -c 'import re, socket
            s = socket.create_server(("127.0.0.1", 3128)); nonce = 0
            while True:
                c, _ = s.accept(); text = b""
                while not text.endswith(b"\\r\\n\\r\\n"): text += c.recv(1000)
                print(re.findall(b"nonce=.(n[0-9])|Basic", text), flush=True); nonce += 1
                c.sendall(b"HTTP/1.1 407 No\\r\\nProxy-Authenticate: Digest realm=r, stale=true, nonce=n%d\\r\\n\\r\\n" % nonce)
                c.close()' >asked & listening 3128
            status client $NC -N -X connect -x 127.0.0.1:3128 -P me:secret 192.0.2.1 80 </dev/null 2>&1; cat asked
            """,
            "nc: Proxy error: \"HTTP/1.1 407 No\"\nclient: 1\n[b'']\n[b'n1']\n[b'n2']\n"
        )
    }
}

/// The proxy that a listener can be, and datagrams that not everybody may send.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatServiceTests {
    private func expect(_ script: String, _ output: String) async throws {
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"))
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("Requests go through a proxy") func requestsGoThroughAProxy() async throws {
        try await expect(
            """
            $NC -l --proxy-type http 3128 & listening 3128; cr=$(printf '\\r')
            ask() { printf "$1\\r\\n\\r\\n${2-}" | timeout 5 $NC -N 127.0.0.1 3128; }
            answer() { printf 'HTTP/1.0 200 OK\\r\\n\\r\\nhello\\n' | $NC -lN 8080 >asked & server=$!; listening 8080; }
            answer; ask 'GET http://127.0.0.1:8080/x?y HTTP/1.1\\r\\nConnection: a\\r\\nA: b\\r\\nC: d' | tail -1
            wait $server; tr -d "$cr" <asked
            answer; ask 'POST http://127.0.0.1:8080 HTTP/1.0\\r\\nContent-Length: 2' abcd | tail -1; wait $server
            tail -1 asked; echo
            for request in bad 'GET / HTTP/1.0' 'CONNECT 127.0.0.1 HTTP/1.0' 'NOTHING http://h/ HTTP/1.0' \
                'GET http://127.0.0.1:3128/ HTTP/1.0' 'CONNECT 127.0.0.1:1 HTTP/1.0' \
                'POST http://127.0.0.1:8080/ HTTP/1.1\\r\\nTransfer-Encoding: chunked'
            do ask "$request" | head -1; done | cut -d' ' -f2 | tr '\\n' ' '; echo
            printf 'GET http://127.0.0.1:8080/%09000d HTTP/1.0' 1 >long; timeout 5 $NC -N 127.0.0.1 3128 <long | head -1
            """,
            """
            hello
            GET /x?y HTTP/1.0
            C: d
            Host: 127.0.0.1:8080
            Connection: close

            hello
            ab
            400 400 400 405 403 504 411 \nHTTP/1.0 414 Request-URI Too Long\r

            """
        )
    }

    @Test("A proxy serves those who know the password") func aProxyForThoseWhoKnowThePassword() async throws {
        try await expect(
            """
            $NC -l --proxy-type http -P user:pass --ssl 3128 & listening 3128
            $NC -lk 8080 -c 'echo in' & listening 8080
            for password in pass word; do
                printf "CONNECT 127.0.0.1:8080 HTTP/1.0\\r\\nProxy-Authorization: basic $(printf user:$password | base64)" >ask
                printf '\\r\\n\\r\\n' >>ask; timeout 5 $NC --ssl -N 127.0.0.1 3128 <ask | sed -n '1p;/^in/p' | tr -d '\\r'
            done
            """,
            "HTTP/1.0 200 OK\nin\nHTTP/1.0 407 Proxy Authentication Required\n"
        )
    }

    @Test("Datagrams are taken of those who may send them") func datagramsOfThoseWhoMay() async throws {
        try await expect(
            """
            for keep in '' -k; do
                $NC -lu $keep --deny 127.0.0.2 127.0.0.1 8080 >got & server=$!; bound 8080
                echo denied | $NC -u -q 0 -s 127.0.0.2 127.0.0.1 8080
                echo allowed | $NC -u -q 0 -s 127.0.0.3 127.0.0.1 8080
                until_true grep -q allowed got; cat got; kill $server; wait $server
            done
            """,
            "allowed\nallowed\n"
        )
    }

    /// A starter that ignores SIGCHLD leaves that to its programs.
    @Test("Places are freed where nobody is told of the ends of children")
    func placesAreFreedWhereNobodyIsToldOfTheEndsOfChildren() async throws {
        try await expect(
            """
            python3 -c 'import os, signal
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            os.execvp("nc", "nc -lk --max-conns 1 8080 -c".split() + ["read word; echo got $word"])' & listening 8080
            for word in one two three; do until_true sh -c "echo $word | timeout 5 $NC -N 127.0.0.1 8080 | grep ."; done
            """,
            "got one\ngot two\ngot three\n"
        )
    }

    /// The peer talks, nobody listens, and all that was sent arrives.
    @Test("What is sent arrives though nothing is received") func whatIsSentArrivesThoughNothingIsReceived()
        async throws
    {
        try await expect(
            """
            head -c 5000000 /dev/zero >data
            python3 -c 'import socket, time
            s = socket.create_server(("127.0.0.1", 8080)); c, _ = s.accept(); c.sendall(b"x" * 1000); time.sleep(0.3)
            count = 0
            while True:
                part = c.recv(65536)
                if not part: break
                count += len(part)
            print(count)' >count & server=$!; listening 8080
            status client $NC --send-only 127.0.0.1 8080 <data; wait $server; cat count
            """,
            "client: 0\n5000000\n"
        )
    }

    /// A server that says something and resets at once: what it said is there to be read.
    @Test("What came before a reset is not lost") func whatCameBeforeAResetIsNotLost() async throws {
        try await expect(
            """
            python3 -c 'import array, fcntl, socket, struct, termios
            s = socket.create_server(("127.0.0.1", 8080))
            for _ in range(30):
                c, _ = s.accept(); c.sendall(b"x" * 1000); left = array.array("i", [1])
                while left[0]: fcntl.ioctl(c, termios.TIOCOUTQ, left)
                c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()' & listening 8080
            for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
                $NC 127.0.0.1 8080 </dev/null >>got || echo failed
            done
            wc -c <got
            """,
            "30000\n"
        )
    }

    @Test("A source port of datagrams is not shared") func aSourcePortOfDatagramsIsNotShared() async throws {
        try await expect(
            """
            mkfifo hold; $NC -u -p 7000 127.0.0.1 8080 <hold & exec 3>hold; bound 7000
            status second $NC -u -p 7000 127.0.0.1 8080 </dev/null
            """,
            "second: 1\n"
        )
    }

    @Test("Each sender of datagrams has a program") func aProgramForEachSenderOfDatagrams() async throws {
        try await expect(
            """
            $NC -luk 127.0.0.1 8080 -c 'read word; echo "$word $NCAT_PROTO"' & bound 8080
            for word in one two three; do echo $word | timeout 5 $NC -u -W 1 127.0.0.1 8080; done
            """,
            "one UDP\ntwo UDP\nthree UDP\n"
        )
    }
}
