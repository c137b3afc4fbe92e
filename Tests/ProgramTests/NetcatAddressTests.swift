// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Datagrams to a machine with several addresses, from many clients.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatAddressTests {
    private func expect(_ script: String, _ output: String, name: String = "nc") async throws {
        let outcome = try await PrivateNetwork.run(prelude + script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    /// - `echo_server PORT`: answers each datagram with itself;
    /// - `ask FROM TO PORT WORD…`: sends each word from one address to another, and prints the answers that come back from
    ///   there. Answers from elsewhere do not reach a connected socket.
    private let prelude = """
        FORWARD=$PRODUCTS/lowport-forward
        for address in 192.0.2.1/32 192.0.2.2/32 2001:db8::1/128 2001:db8::2/128; do
            ip address add $address dev lo nodad
        done
        cat >ask.py <<'END'
        import socket, sys
        here, there, port = sys.argv[1:4]
        family = socket.AF_INET6 if ":" in here else socket.AF_INET
        client = socket.socket(family, socket.SOCK_DGRAM)
        client.settimeout(10)
        client.bind((here, 0))
        client.connect((there, int(port)))
        for word in sys.argv[4:]:
            client.send(word.encode())
            print(there, client.recv(65536).decode(), flush=True)
        END
        cat >echo.py <<'END'
        import socket, sys
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", int(sys.argv[1])))
        while True:
            data, who = server.recvfrom(65536)
            server.sendto(data, who)
        END
        ask() { python3 ask.py "$@"; }
        echo_server() { python3 echo.py "$1" & bound "$1"; }

        """

    /// Clients, and the addresses that they ask: never the one that the kernel would answer from.
    private static let old = [("192.0.2.1", "192.0.2.2"), ("192.0.2.2", "127.0.0.1"), ("127.0.0.1", "127.0.0.9")]
    private static let new = [("2001:db8::1", "2001:db8::2"), ("2001:db8::2", "::1")]

    private func expectAnswers(_ server: String, _ pairs: [(String, String)], name: String = "nc") async throws {
        let questions = pairs.map { "ask \($0.0) \($0.1) 53 one two" }.joined(separator: "\n")
        let answers = pairs.map { "\($0.1) one\n\($0.1) two\n" }.joined()
        try await expect("echo_server 8080\n\(server) & bound 53\n\(questions)", answers, name: name)
    }

    @Test(
        "Answers come from the IPv4 address that was asked",
        arguments: [
            "$FORWARD -u 53 127.0.0.1:8080", "$FORWARD -u 0.0.0.0:53 127.0.0.1:8080", "$NC -luk 53 -e /bin/cat",
            "$NC -luk 53 --max-conns 3 -c cat",
        ]
    )
    func oldAddresses(_ server: String) async throws { try await expectAnswers(server, Self.old) }

    @Test(
        "Answers come from the address of either family that was asked",
        arguments: [
            "$FORWARD -u [::]:53 127.0.0.1:8080", "$NC -6luk 53 -e /bin/cat", "$NC -luk :: 53 -e /bin/cat",
        ]
    )
    func bothFamilies(_ server: String) async throws { try await expectAnswers(server, Self.new + Self.old) }

    @Test func `ncat answers from the address that was asked`() async throws {
        try await expectAnswers("$NC -luk 53 -e /bin/cat", Self.old, name: "ncat")
        try await expectAnswers("$NC -6 -luk 53 -e /bin/cat", Self.new, name: "ncat")
    }

    /// Nobody can send from the address of a broadcast, so the answer has that of the interface.
    @Test(
        "A broadcast is answered from the address of the interface",
        arguments: [
            "$FORWARD -u 53 127.0.0.1:8080", "$FORWARD -u [::]:53 127.0.0.1:8080", "$NC -luk 53 -e /bin/cat",
            "$NC -6luk 53 -e /bin/cat", "$NC -lu 53 -e /bin/cat", "$NC -6lu 53 -e /bin/cat",
        ]
    )
    func broadcasts(_ server: String) async throws {
        try await expect(
            """
            echo_server 8080; ip link add here type veth peer name there; ip link set here up; ip link set there up
            ip address add 198.51.100.1/24 brd + dev here
            \(server) & bound 53
            python3 - <<'END'
            import socket
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            client.settimeout(10)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            client.bind(("198.51.100.1", 0))
            client.sendto(b"who", ("198.51.100.255", 53))
            print(client.recvfrom(100))
            END
            """,
            "(b'who', ('198.51.100.1', 53))\n"
        )
    }

    /// Standard input and output go to one client after the other.
    @Test(
        "A conversation is led from the address that was asked",
        arguments: [
            ("nc", "-luk 53", old), ("nc", "-6luk 53", old + new), ("ncat", "-luk 53", old),
        ]
    )
    func conversations(_ name: String, _ options: String, _ pairs: [(String, String)]) async throws {
        let questions = pairs.enumerated().map { number, pair in
            """
            ask \(pair.0) \(pair.1) 53 word\(number). & client=$!; until_true grep -q word\(number)\\. got
            printf answer\(number). >&3; wait $client
            """
        }
        let answers = pairs.enumerated().map { "\($1.1) answer\($0).\n" }.joined()
        try await expect(
            "mkfifo input; $NC \(options) <input >got & exec 3>input; bound 53\n" + questions.joined(separator: "\n"),
            answers,
            name: name
        )
    }

    /// Without `-k`, every datagram of the first client counts, and nobody else's.
    @Test(
        "The only conversation is led from the address that was asked",
        arguments: [
            ("nc", "-lu 53", old), ("nc", "-6lu 53", old + new), ("ncat", "-lu 53", old),
            ("nc", "-lu 192.0.2.2 53", [old[0]]),
        ]
    )
    func onlyConversation(_ name: String, _ options: String, _ pairs: [(String, String)]) async throws {
        let script = pairs.map { pair in
            """
            $NC \(options) -e /bin/cat & server=$!; bound 53; ask \(pair.0) \(pair.1) 53 one two three
            kill $server; wait $server; until_true unbound 53
            """
        }
        let answers = pairs.map { pair in ["one", "two", "three"].map { "\(pair.1) \($0)\n" }.joined() }.joined()
        try await expect(
            "unbound() { ! has_udp \"$1\"; }\n" + script.joined(separator: "\n"),
            answers,
            name: name
        )
    }

    @Test func `another sender does not join the only conversation`() async throws {
        try await expect(
            """
            mkfifo input; $NC -lu 53 <input >got & exec 3>input; bound 53
            ask 192.0.2.1 192.0.2.2 53 first & client=$!; until_true grep -q first got
            python3 - <<'END'
            import socket
            for there in ("192.0.2.2", "192.0.2.1"):
                other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                other.sendto(b"other", (there, 53))
            END
            printf answer >&3; wait $client; cat got
            """,
            "192.0.2.2 answer\nfirst"
        )
    }

    @Test func `when the places run out, the client that was silent for longest gives its place`() async throws {
        try await expect(
            """
            cat >clients.py <<'END'
            import socket
            def client():
                made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                made.settimeout(10)
                made.connect(("127.0.0.1", 53))
                return made
            def ask(client, word):
                client.send(word)
                return client.recv(100)
            clients = [client() for _ in range(3)]
            print(ask(clients[0], b"a"), ask(clients[1], b"b"))
            first = ask(clients[0], b"port")
            print(ask(clients[2], b"c"))
            # The second one had to go, and comes back; the third goes for it.
            print(ask(clients[0], b"port") == first, ask(clients[1], b"d"), ask(clients[0], b"port") == first)
            END
            python3 - <<'END' &
            import socket
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(("127.0.0.1", 8080))
            while True:
                data, who = server.recvfrom(100)
                server.sendto(b"%d" % who[1] if data == b"port" else data, who)
            END
            bound 8080; $FORWARD -u --max-conns 2 53 127.0.0.1:8080 & bound 53; python3 clients.py
            """,
            "b'a' b'b'\nb'c'\nTrue b'd' True\n"
        )
    }

    /// A limit on the processes of a user binds root too only as another user.
    @Test func `a server goes on after a process could not be started`() async throws {
        try await expect(
            """
            chmod 755 . .bin
            user='setpriv --reuid 47113 --regid 47113 --clear-groups'
            $user "$T/.bin/$NC" -nvluk 5300 -e /bin/cat 2>lines & server=$!; bound 5300
            $user prlimit --pid $server --nproc=1:
            python3 - <<'END'
            import socket
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"lost", ("127.0.0.1", 5300))
            END
            until_true grep -q lost: lines
            $user prlimit --pid $server --nproc=100:
            ask 127.0.0.1 127.0.0.1 5300 served
            sed 's/127.0.0.1[ :]*[0-9]*/CLIENT/;s/CLIENTlost/CLIENT lost/' lines
            """,
            """
            127.0.0.1 served
            Bound on 0.0.0.0 5300
            Connection received on CLIENT
            Datagram from CLIENT lost: no process: resource temporarily unavailable
            Connection received on CLIENT

            """
        )
    }
}
