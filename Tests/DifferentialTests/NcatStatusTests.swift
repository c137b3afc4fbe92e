// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// How Debian's ncat and ours, called as ncat, end.
@Suite(.enabled(if: Netcats.canCompareNcat, "needs root and ncat")) struct NcatStatusTests {
    /// What each server at a port from 7001 on answers.
    private static let servers = """
        cat >servers.py <<'X'
        import select, socket
        answers = [b"HTTP/1.0 403 Forbidden\\r\\n\\r\\n", b"garbage\\r\\n\\r\\n", b"\\0\\x5b\\0\\0\\0\\0\\0\\0", b"\\5\\xff",
            b"HTTP/1.0 407 Auth\\r\\nProxy-Authenticate: Basic realm=x\\r\\n\\r\\n", b"", b"\\5\\0"]
        listeners = {socket.create_server(("127.0.0.1", 7001 + place)): answer for place, answer in enumerate(answers)}
        while True:
            for listener in select.select(list(listeners), [], [])[0]:
                client, answer = listener.accept()[0], listeners[listener]
                client.recv(4096); client.sendall(answer)
                if answer == b"\\5\\0": client.recv(4096); client.sendall(b"\\5\\5\\0\\1" + bytes(6))
                client.close()
        X
        python3 servers.py & listening 7007

        """

    private static func statuses(_ commands: [String], of netcat: String) async throws -> [String] {
        let runs = commands.map { "timeout 20 $NC \($0) </dev/null >/dev/null 2>&1; echo \"$?\"\n" }.joined()
        let outcome = try await PrivateNetwork.run(servers + runs, netcat: netcat, name: "ncat")
        return outcome.output.description.split(separator: "\n").map { String($0) }
    }

    private func compare(_ commands: [String]) async throws {
        let original = try await Self.statuses(commands, of: "/usr/bin/ncat")
        let ours = try await Self.statuses(commands, of: Products.path("nc"))
        try #require(original.count == commands.count && ours.count == commands.count)
        for (command, (one, other)) in zip(commands, zip(original, ours)) { #expect(one == other, "ncat \(command)") }
    }

    @Test("Proxies that refuse, or are none", arguments: ["http", "socks4", "socks5"])
    func proxies(_ kind: String) async throws {
        // Without an answer of the expected size, Debian's waits for more.
        let ports = [7001, 7002, 7003, 7005, 7006, 7008]
        try await compare(
            ports.map { "--proxy 127.0.0.1:\($0) --proxy-type \(kind) localhost 80" } + [
                "--proxy nosuch.invalid:80 --proxy-type \(kind) localhost 80",
                "--proxy 127.0.0.1:7005 --proxy-auth a:b --proxy-type \(kind) localhost 80",
                "--proxy 127.0.0.1:7001 --proxy-dns some --proxy-type \(kind) localhost 80",
            ]
        )
    }

    @Test("SOCKS 5 proxies that refuse") func socks5() async throws {
        try await compare([7004, 7007].map { "--proxy 127.0.0.1:\($0) --proxy-type socks5 localhost 80" })
    }

    @Test("Places that are not there") func places() async throws {
        try await compare([
            "-U none", "-lU /", "-s 10.9.9.9 127.0.0.1 80", "127.0.0.1 8080", "-u 127.0.0.1 8080", "nosuch.invalid 80",
            "-z 127.0.0.1 8080", "-zu 127.0.0.1 8080", "-4 ::1 80", "-6 127.0.0.1 80", "--ssl 127.0.0.1 7001",
            "-l 10.9.9.9 8080", "-l -o none/file 8080", "-lx none/file 8080",
        ])
    }

    @Test("Values and combinations of options") func options() async throws {
        try await compare([
            "", "-w 0 127.0.0.1 80", "-w x 127.0.0.1 80", "-d 0 127.0.0.1 80", "-i 0 127.0.0.1 80",
            "-i 500ms 127.0.0.1 80",
            "-e /bin/true -c true 127.0.0.1 80", "-e /bin/true -e /bin/true 127.0.0.1 80", "-m 3 127.0.0.1 80",
            "--allow 1.1.1.1 127.0.0.1 80", "--deny 1.1.1.1 127.0.0.1 80", "-l 8080 --broker -e /bin/true",
            "-l 8080 --chat -c true", "--chat 127.0.0.1 80", "-l 8080 -z", "-z -t 127.0.0.1 7001",
            "-z -c true 127.0.0.1 7001",
            "-l 8080 --proxy 127.0.0.1:7001", "--proxy-type http 127.0.0.1 80", "--proxy-auth a:b 127.0.0.1 80",
            "--proxy 127.0.0.1:7001 --proxy-type none 127.0.0.1 80", "-l 99999", "127.0.0.1 99999", "127.0.0.1 word",
            "-p 0 127.0.0.1 8080", "-p 70000 127.0.0.1 8080", "-l 1 2 3", "-U none -p 3", "--no-such-option",
            "-g none 127.0.0.1 80",
            "-l --allowfile none 8080", "-l --allow nosuch.invalid 8080", "-l --ssl-key none 8080",
            "--ssl-key none 127.0.0.1 7001",
            "-l --ssl-cert none --ssl-key none 8080", "--ssl-cert none --ssl-key none 127.0.0.1 7001",
        ])
    }

    /// What each proxy was asked for, and how ncat ended.
    @Test(
        "Which side resolves a name",
        arguments: ["http", "socks4", "socks5"],
        ["", "local", "remote", "both", "none"]
    )
    func resolution(_ kind: String, _ side: String) async throws {
        let prelude = """
            cat >proxy.py <<'X'
            import socket
            listener = socket.create_server(("127.0.0.1", 3128))
            while True:
                client = listener.accept()[0]; request = client.recv(4096); print(request, flush=True)
                if request[:1] == b"\\5": client.sendall(b"\\5\\0"); print(client.recv(4096), flush=True)
                answer = {b"\\5": b"\\5\\0\\0\\1" + bytes(6), b"\\4": b"\\0\\x5a" + bytes(6)}.get(request[:1])
                try: client.sendall(answer or b"HTTP/1.0 200 OK\\r\\n\\r\\n")
                except OSError: pass
                client.close()
            X
            python3 proxy.py >asked & listening 3128

            """
        let dns = side.isEmpty ? "" : "--proxy-dns \(side)"
        let runs = ["localhost", "nosuch.invalid", "127.0.0.2", "::1"].map {
            "$NC --proxy 127.0.0.1:3128 --proxy-type \(kind) \(dns) \($0) 80 </dev/null 2>/dev/null; echo $?\n"
        }
        let script = prelude + runs.joined() + "cat asked"
        async let original = PrivateNetwork.run(script, netcat: "/usr/bin/ncat", name: "ncat")
        async let ours = PrivateNetwork.run(script, netcat: Products.path("nc"), name: "ncat")
        // A connection that is given up asks for nothing, except for the method of SOCKS 5.
        let idle = ["b''", "b'\\x05\\x01\\x00'"]
        let (one, other) = try await (original, ours)
        let asked = { (outcome: Outcome) in
            outcome.output.description.split(separator: "\n").filter { !idle.contains(String($0)) }
        }
        #expect(asked(one) == asked(other))
    }
}
