// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The one line that a refused program gets on its terminal.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct RefusalNoticeTests {
    private func expect(_ script: String, _ output: String, _ location: SourceLocation = #_sourceLocation) async throws
    {
        let outcome = try await Sandbox.run(Self.prelude + script)
        #expect(outcome.output == ByteString(output), "\(outcome)", sourceLocation: location)
    }

    /// Defines `tty COMMAND…` and `pipe COMMAND…`, which run a command as alice and print its lines but the hints of nc, and
    /// `binds.py [udp] PORT…`, which prints what each bind says.
    private static let prelude = """
        cat > binds.py <<'.'
        import os, socket, sys
        for port in sys.argv[1:]:
            sock = socket.socket()
            try: sock.bind(("", int(port))); print("bound", flush=True)
            except OSError as error: print(os.strerror(error.errno), flush=True)
        .
        alice="setpriv --reuid alice --regid alice --init-groups"
        tty() { script -qec "$alice $*" /dev/null </dev/null | tr -d '\\r' | grep -v '^hint: ' || :; }
        pipe() { as alice "$@" 2>&1 </dev/null | grep -v '^hint: ' | cat; }
        python=/usr/bin/python3

        """

    @Test(arguments: [
        ("broker", "alice", "Operation not permitted"), ("preload", "uid 1001", "Operation not permitted"),
    ])
    func `the first refusal of a process is told on a terminal`(_ engine: String, _ who: String, _ error: String)
        async throws
    {
        try await expect(
            """
            lowport grant 443 --user alice --quiet
            run="lowport run --via \(engine)"
            tty $run $python binds.py 443 444 445 446
            tty $run nc -lu 53; tty $run nc -l 127.0.0.2 444
            tty $run sh -c "'$python binds.py 444; $python binds.py 445'"
            """,
            """
            bound
            lowport: refused tcp 444 to \(who): no rule; see: lowport explain 444
            \(error)
            \(error)
            \(error)
            lowport: refused udp 53 to \(who): no rule; see: lowport explain 53 --udp
            nc: bind to 0.0.0.0 port 53: \(error)
            lowport: refused tcp 444 on 127.0.0.2 to \(who): no rule; see: lowport explain 444 --on 127.0.0.2
            nc: bind to 127.0.0.2 port 444: \(error)
            lowport: refused tcp 444 to \(who): no rule; see: lowport explain 444
            \(error)
            lowport: refused tcp 445 to \(who): no rule; see: lowport explain 445
            \(error)

            """
        )
    }

    @Test func `a file that may not be executed is no missing rule`() async throws {
        try await expect(
            """
            touch /etc/authbind/byport/444
            for engine in broker preload; do tty lowport run --via $engine $python binds.py 444; done
            tty authbind $python binds.py 445
            """,
            """
            lowport: refused tcp 444 to alice: a file in /etc/authbind is there, but may not be executed; see: lowport explain 444
            Permission denied
            lowport: refused tcp 444 to uid 1001: permission denied; see: lowport explain 444
            Permission denied
            lowport: refused tcp 445 to uid 1001: no rule; see: lowport explain 445
            Operation not permitted

            """
        )
    }

    @Test func `no line in pipes`() async throws {
        try await expect(
            """
            for start in 'lowport run --via broker' 'lowport run --via preload' authbind; do
                pipe $start $python binds.py 444
                pipe $start --verbose $python binds.py 444 445 | grep -v ': requested\\|was requested\\|: preload: '
            done
            pipe authbind --verbose --via broker $python binds.py 444 | grep -c '^lowport: refused tcp 444 to alice: no rule;'
            """,
            """
            Operation not permitted
            lowport: refused tcp 444 to alice: no rule; see: lowport explain 444
            Operation not permitted
            Operation not permitted
            Operation not permitted
            lowport: refused tcp 444 to uid 1001: no rule; see: lowport explain 444
            Operation not permitted
            Operation not permitted
            Operation not permitted
            lowport: refused tcp 444 to uid 1001: no rule; see: lowport explain 444
            Operation not permitted
            Operation not permitted
            1

            """
        )
    }

    /// A daemon that has closed standard error may have opened its data with that number.
    @Test func `a file in the place of standard error gets no line`() async throws {
        try await expect(
            """
            cat > daemon.py <<'.'
            import os, socket
            try: os.close(2)
            except OSError: pass
            os.open("/mnt/work/data", os.O_CREAT | os.O_WRONLY)
            try: socket.socket().bind(("", 444))
            except OSError as error: print(error.errno)
            .
            for start in 'lowport run --via broker --verbose' 'lowport run --via preload' 'lowport run --via broker'; do
                as alice $start $python daemon.py 2>/dev/null; wc -c < data; rm data
            done
            as alice lowport run --via preload --verbose $python daemon.py 2>&-; wc -c < data
            """,
            """
            1
            0
            1
            0
            1
            0
            1
            0

            """
        )
    }
}
