// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The options of a connection, where many clients share one input: ncat's -lk, and brokers.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatHubTests {
    private func expect(_ script: String, _ output: String, name: String = "ncat") async throws {
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    @Test("-C changes what standard input gives, and nothing else", arguments: ["-lk", "-l --broker"])
    func lineEnds(_ role: String) async throws {
        try await expect(
            """
            mkfifo words; $NC \(role) -vC 8080 <words >got 2>log & exec 3>words; listening 8080
            mkfifo hold; $NC 127.0.0.1 8080 <hold >one & exec 4>hold; $NC --recv-only 127.0.0.1 8080 >two &
            until_true sh -c 'test $(grep -c "from.*:" log) = 2'
            echo in >&3; until_true grep -q in one; until_true grep -q in two; echo out >&4
            until_true grep -q out got two; cat got one two | od -An -c | sort | uniq
            """,
            role == "-lk"
                ? "   o   u   t  \\n   i   n  \\r  \\n   i   n  \\r  \\n\n"
                : "   i   n  \\r  \\n   i   n  \\r  \\n   o   u   t  \\n\n"
        )
    }

    @Test("-d waits after each block of standard input") func delay() async throws {
        try await expect(
            """
            mkfifo words; $NC -lk -d 60 8080 <words & exec 3>words; listening 8080
            $NC --recv-only 127.0.0.1 8080 >one &
            echo first >&3; until_true grep -q first one; echo second >&3
            sleep 0.2; cat one
            """,
            "first\n"
        )
    }

    @Test("-i ends a server whose clients are idle, and not one that has none", arguments: ["-lk", "-l --chat"])
    func idle(_ role: String) async throws {
        try await expect(
            """
            mkfifo hold; $NC \(role) -i 300ms 8080 <>hold >got 2>errors & server=$!; listening 8080
            sleep 0.6; exists=$(kill -0 $server && echo there); $NC 127.0.0.1 8080 <>hold >/dev/null
            status server wait $server; echo $exists; cat errors
            """,
            "server: 2\nthere\nNcat: Idle timeout expired (300 ms). QUITTING.\n"
        )
    }

    @Test("A broker of nc ends its idle clients, and goes on") func idleBroker() async throws {
        try await expect(
            """
            $NC -lk --broker --idle-timeout 300ms 8080 2>errors & listening 8080
            for time in 1 2; do sleep 20 | $NC -v 127.0.0.1 8080 2>&1 | grep -c succeeded; done; cat errors
            """,
            "1\n1\n",
            name: "nc"
        )
    }

    @Test("A crowd gets a number instead of names") func crowd() async throws {
        try await expect(
            """
            $NC -l --chat 8080 2>/dev/null & listening 8080
            cat >many.py <<'X'
            import socket
            clients = []
            for number in range(23):
                clients.append(socket.create_connection(("127.0.0.1", 8080))); text = b""
                while not b"already connected: " in text or not text.endswith(b".\\n"): text += clients[-1].recv(4096)
                lines = text.decode().split("\\n")
                if number in (0, 1, 20, 21): print(lines[1].count(" as "), lines[1][:42])
            X
            python3 many.py
            """,
            """
            0 <announce> already connected: nobody.
            1 <announce> already connected: 127.0.0.1 as
            20 <announce> already connected: 127.0.0.1 as
            0 <announce> already connected: 21 others.

            """
        )
    }

    @Test("Who is refused is told in the words of ncat") func denial() async throws {
        try await expect(
            """
            mkfifo hold; $NC -lkv -m 1 8080 <>hold 2>log & listening 8080; $NC 127.0.0.1 8080 <>hold & until_true grep -q from log
            $NC 127.0.0.1 8080 </dev/null; $NC -lkv --deny 127.0.0.1 8081 2>>log & listening 8081
            $NC 127.0.0.1 8081 </dev/null; until_true grep -q allowed log; grep denied log
            """,
            """
            Ncat: New connection denied: connection limit reached (1)
            Ncat: New connection denied: not allowed

            """
        )
    }

    @Test("What standard input gives before the first datagram is for its sender", arguments: ["nc", "ncat"])
    func earlyInput(_ name: String) async throws {
        try await expect(
            """
            mkfifo words; $NC -luk 8080 <words >got & exec 3>words; bound 8080; echo early >&3
            { echo hello; until_true grep -q early back; } | timeout 9 $NC -u 127.0.0.1 8080 >back & client=$!
            until_true grep -q early back; cat got back
            """,
            "hello\nearly\n",
            name: name
        )
    }
}
