// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What becomes of root's command while it tries something as another user, who may look into the process that does.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProbeTests {
    @Test("A process that becomes a user has nothing of root's: no session, environment or directory")
    func hasNothingOfRoot() async throws {
        let outcome = try await Sandbox.run(
            """
            cat > watch.py <<'END'
            import os, signal
            def look(directory):
                if open(directory + "/comm").read() != "lowport-run\\n" or os.stat(directory).st_uid != os.getuid(): return None
                os.kill(int(directory[6:]), signal.SIGSTOP)
                try:
                    session = open(directory + "/stat").read().rsplit(")", 1)[1].split()[3]
                    return os.readlink(directory + "/cwd"), open(directory + "/environ").read(), session
                finally: os.kill(int(directory[6:]), signal.SIGCONT)
            while True:
                for name in filter(str.isdigit, os.listdir("/proc")):
                    try: seen = look("/proc/" + name)
                    except OSError: continue
                    if seen: print(*seen[:2], seen[2] == os.environ["SESSION"]); raise SystemExit
            END
            mkdir -m 700 private; watch=$PWD/watch.py; seen=$PWD/seen; cd private
            SESSION=$(sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 4) SECRET=token; export SESSION SECRET
            as alice /usr/bin/python3 $watch > $seen & watcher=$!
            while kill -0 $watcher 2>&-; do lowport explain 81 --user alice > /dev/null || :; done
            wait; cat $seen
            """
        )
        #expect(outcome.output == "/  False\n", "\(outcome)")
    }

    @Test("Who takes too long is not waited for") func endsAfterItsTime() {
        #expect(throws: Errno.timedOut) {
            try Self.output(of: "kill -STOP $$", within: Milliseconds(rawValue: 50))
        }
    }

    @Test("Who stops after the answer is not waited for") func endsAfterTheAnswer() throws {
        #expect(try Self.output(of: "echo yes; exec >&-; kill -STOP $$", within: .seconds(60)) == "yes\n")
    }

    private static func output(of script: ByteString, within span: Milliseconds) throws(Errno) -> ByteString {
        try outputInTime(ofProgramAt: "/bin/sh", arguments: ["sh", "-c", script], limit: 10, within: span)
    }
}
