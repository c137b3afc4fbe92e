// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The helper that keeps running, asked by somebody who means it no good.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct BrokerServiceTests {
    private func ask(_ body: String) async throws -> Outcome {
        try await Sandbox.run(
            """
            touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81
            cat > ask.py <<'END'
            import os, socket, subprocess, sys, struct, signal
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            helper = subprocess.Popen([sys.argv[1], "--serve"], stdin=theirs, close_fds=True)
            theirs.close()
            def request(port, version=1, family=4, size=28):
                body = struct.pack("!BBHII", version, family, port, 0, os.getpid()) + socket.inet_aton("127.0.0.1") + bytes(12)
                return body[:size] + bytes(max(0, size - 28))
            def ask(message, fds):
                socket.send_fds(ours, [message], fds)
                answer = ours.recv(64)
                return struct.unpack("!Bi", answer) if answer else "gone"
            s = socket.socket()
            \(body)
            END
            as alice timeout 120 /usr/bin/python3 ask.py $LIBEXEC/lowport-helper
            """
        )
    }

    @Test("The service binds what is allowed") func bindsWhatIsAllowed() async throws {
        let outcome = try await ask(
            "print(ask(request(82), [s.fileno()]), ask(request(81), [s.fileno()]), s.getsockname()[1])"
        )
        #expect(outcome.output == "(1, 1) (0, 0) 81\n", "\(outcome)")
    }

    @Test("Every request is judged anew") func judgesEveryRequestAnew() async throws {
        let revoked = try await Sandbox.run(
            """
            touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81
            mkfifo go; exec 5<>go; : > out
            (until [ -s out ]; do sleep 0.05; done; rm /etc/authbind/byport/81; echo >&5) &
            as alice $LIBEXEC/lowport-run --via broker bind-probe tcp4 bind 127.0.0.1 81 input tcp6 v6only bind ::1 81 \\
                > out <&5
            cat out
            """
        )
        #expect(revoked.output == "bind ok\nbind 1\n", "\(revoked)")
    }

    @Test(
        "What is no request is refused",
        arguments: [
            ("request(81, size=27)", "[s.fileno()]", "(2, 22)"), ("request(81, size=29)", "[s.fileno()]", "gone"),
            ("request(81, version=2)", "[s.fileno()]", "(2, 22)"), ("request(81, family=5)", "[s.fileno()]", "(2, 22)"),
            ("request(81)", "[]", "(2, 22)"), ("request(81)", "[0]", "(2, 88)"),
            ("request(81)", "[s.fileno(), s.fileno()]", "gone"), ("request(81)", "[s.fileno()] * 253", "gone"),
        ]
    )
    func refusesWhatIsNoRequest(message: String, descriptors: String, answer: String) async throws {
        let outcome = try await ask(
            """
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
            null = os.open("/dev/null", os.O_RDONLY); os.dup2(null, 0)
            print(ask(\(message), \(descriptors)))
            """
        )
        #expect(outcome.output == ByteString(answer + "\n"), "\(outcome)")
    }

    @Test("The service listens to nothing but a listener", arguments: ["[]", "[0]", "[s.fileno()]"])
    func listensToNothingButAListener(descriptors: String) async throws {
        let outcome = try await ask(
            """
            socket.send_fds(ours, [b"\\2"], \(descriptors)); print(ours.recv(64), helper.wait(10) != 0)
            """
        )
        #expect(outcome.output == "b'' True\n", "\(outcome)")
    }

    @Test("The service does not go on with what it never began") func doesNotGoOnWithWhatItNeverBegan() async throws {
        let outcome = try await ask("ours.send(b'\\3'); print(ours.recv(64), helper.wait(10))")
        #expect(outcome.output == "b'' 0\n", "\(outcome)")
    }

    @Test("The service ends with who asks") func endsWithWhoAsks() async throws {
        let outcome = try await ask("ours.close(); print(helper.wait(10))")
        #expect(outcome.output == "0\n", "\(outcome)")
    }

    @Test("The service is for nothing but a channel") func isNoServiceForAnythingButAChannel() async throws {
        let outcome = try await Sandbox.run("as alice $LIBEXEC/lowport-helper --serve </dev/null || echo $?")
        #expect(outcome.output == "88\n", "\(outcome)")
    }
}
