// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The answers of programs arrive whole, although the programs leave something unread.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NetcatAnswerTests {
    private func expect(_ script: String, _ output: String, name: String = "nc") async throws {
        let outcome = try await PrivateNetwork.run(script, netcat: Products.path("nc"), name: name)
        #expect(outcome.output.description == output, "\(outcome)")
    }

    /// Sends a request of `size` bytes before it reads, four clients at a time, as curl does, and counts whole answers.
    private static let clients = """
        cat >clients.py <<'X'
        import socket, ssl, sys, threading
        count, size, whole, encrypts = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] == ["tls"]
        context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
        answers = []
        def one():
            try:
                client = socket.create_connection(("127.0.0.1", 8080)); client.settimeout(20)
                if encrypts: client = context.wrap_socket(client)
                try: client.sendall(b"x" * size)
                except BrokenPipeError: pass
                got = 0
                while data := client.recv(65536): got += len(data)
                answers.append("whole" if got == whole else "part")
            except OSError as error: answers.append(str(error))
        def some():
            for _ in range(count // 4): one()
        threads = [threading.Thread(target=some) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print({answer: answers.count(answer) for answer in answers})
        X

        """

    @Test(
        "A program need not read the request",
        arguments: [("nc", "-c"), ("ncat", "-c"), ("ncat", "--sh-exec")],
        ["", "--ssl"]
    )
    func unreadRequest(_ call: (name: String, option: String), _ tls: String) async throws {
        try await expect(
            """
            \(Self.clients)
            $NC -lk \(tls) -p 8080 \(call.option) 'printf "HTTP/1.0 200 OK\\r\\n\\r\\nhello"' 2>errors & server=$!
            listening 8080
            python3 clients.py 48 70 24 \(tls.isEmpty ? "" : "tls")
            cat errors; until_true sh -c "! grep -q . /proc/$server/task/$server/children"
            """,
            "{'whole': 48}\n",
            name: call.name
        )
    }

    @Test("Large answers to large requests arrive", arguments: [("nc", "-e"), ("ncat", "--exec")], ["", "--ssl"])
    func largeAnswers(_ call: (name: String, option: String), _ tls: String) async throws {
        try await expect(
            """
            \(Self.clients)
            $NC -lk \(tls) -p 8080 \(call.option) 'head -c 200000 /dev/zero' 2>errors & server=$!; listening 8080
            python3 clients.py 24 100000 200000 \(tls.isEmpty ? "" : "tls")
            cat errors; until_true sh -c "! grep -q . /proc/$server/task/$server/children"
            """,
            "{'whole': 24}\n",
            name: call.name
        )
    }

    @Test("The status of the program is told, and is that of nc") func status() async throws {
        try await expect(
            """
            $NC -lv -p 8080 -c 'exit 3' 2>errors & server=$!; listening 8080
            $NC -N 127.0.0.1 8080 </dev/null; status server wait $server; tail -1 errors
            """,
            "server: 3\nThe program ended with status 3\n"
        )
    }

    /// The peer neither speaks nor closes.
    @Test("A peer that does not close is not waited for without end") func silentPeer() async throws {
        try await expect(
            """
            mkfifo hold; exec 3<>hold
            $NC -l -p 8080 -c 'echo hello' & server=$!; listening 8080
            $NC 127.0.0.1 8080 <hold & wait $server; echo "server: $?"
            """,
            "hello\nserver: 0\n"
        )
    }

    @Test("The program ends with nc, and the port is free while it runs") func endsTogether() async throws {
        try await expect(
            """
            mkfifo hold; exec 3<>hold
            $NC -l -p 8080 -c 'echo $$; exec sleep 100' & server=$!; listening 8080
            $NC 127.0.0.1 8080 <hold >program & until_true test -s program
            $NC -l -p 8080 -c 'echo second' & listening 8080; $NC 127.0.0.1 8080 </dev/null
            kill $server; until_true sh -c '! kill -0 $(cat program) 2>/dev/null'; echo ended
            """,
            "second\nended\n"
        )
    }

    /// The connection ends when nobody is left who could say more, as with a program that has the socket itself.
    @Test("What a process in the background says arrives", arguments: ["nc", "ncat"])
    func background(_ name: String) async throws {
        try await expect(
            """
            mkfifo go; $NC -lk 8080 -c '{ cat go; echo late; } & sleep 99 >/dev/null 2>&1 </dev/null & echo early' & listening 8080
            $NC --recv-only 127.0.0.1 8080 >got & client=$!
            until_true grep -q early got; echo now >go; status client wait $client; cat got
            """,
            "client: 0\nearly\nnow\nlate\n",
            name: name
        )
    }
}
