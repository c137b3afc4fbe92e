// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The log of the machine hears of every decision before it takes effect, and then of its outcome.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct DecisionLogTests: SandboxSuite {
    /// Puts a log at /dev/log that writes what it hears to the file `lines` until it hears `end`, and ports 81 for everybody.
    static let prelude = """
        touch /etc/authbind/byport/81; chmod 755 /etc/authbind/byport/81
        cat > log.py <<'END'
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("/mnt/work/log"); os.chmod("/mnt/work/log", 0o666)
        with open("lines", "wb", buffering=0) as lines:
            lines.write(b"ready\\n")
            while (line := s.recv(4096)) != b"end": lines.write(repr(line).encode() + b"\\n")
        END
        mkdir -p /mnt/dev; cp -a /dev/null /dev/zero /dev/urandom /mnt/dev
        timeout 600 /usr/bin/python3 log.py & LOG=$!
        while ! grep -q ready lines 2>/dev/null; do sleep 0.05; done
        ln -sf /mnt/work/log /mnt/dev/log; mount --bind /mnt/dev /dev
        lines() {
            python3 -c 'import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.sendto(b"end", "/mnt/work/log")'
            wait $LOG; sed -e 1d -e 's/"python3[^"]*"/"python3"/' -e 's/\\[[0-9]*\\]/[N]/' -e 's/pid [0-9]*/pid N/' lines
        }

        """

    @Test("Every decision and its outcome have a line each") func logsEveryDecisionAndItsOutcomeInOneLineEach()
        async throws
    {
        try await expect(
            """
            cp $BIN/bind-probe "$T/a
            <0>b"; chmod 755 "$T/a
            <0>b"
            as alice authbind "$T/a
            <0>b" tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 82 tcp4 bind 127.0.0.1 81 > out
            as alice $LIBEXEC/lowport-run --via broker bind-probe tcp4 bind 127.0.0.1 82 tcp4 bind 127.0.0.1 81 > out
            lines
            """,
            """
            b'<86>lowport-helper[N]: allowed uid 1001 (program "a\\\\x0a\\\\x3c0\\\\x3eb", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81'
            b'<86>lowport-helper[N]: bound uid 1001 (program "a\\\\x0a\\\\x3c0\\\\x3eb", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81'
            b'<85>lowport-helper[N]: refused uid 1001 (program "a\\\\x0a\\\\x3c0\\\\x3eb", pid N) tcp 127.0.0.1:82: operation not permitted (byuid/1001)'
            b'<86>lowport-helper[N]: allowed uid 1001 (program "a\\\\x0a\\\\x3c0\\\\x3eb", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81'
            b'<85>lowport-helper[N]: failed uid 1001 (program "a\\\\x0a\\\\x3c0\\\\x3eb", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81: address already in use'
            b'<85>lowport-helper[N]: refused uid 1001 (program "bind-probe", pid N) tcp 127.0.0.1:82: operation not permitted (byuid/1001)'
            b'<86>lowport-helper[N]: allowed uid 1001 (program "bind-probe", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81'
            b'<86>lowport-helper[N]: bound uid 1001 (program "bind-probe", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81'

            """
        )
    }

    @Test("No bind is without a line though its helper is killed") func noBindIsWithoutALineThoughItsHelperIsKilled()
        async throws
    {
        // Whoever kills helpers at any moment gets no bind of which the log has not heard that it was allowed.
        try await expect(
            """
            cat > kill.py <<'END'
            import os, random, signal, socket, subprocess, time
            def helper(s): return subprocess.Popen(["/mnt/libexec/lowport/lowport-helper", "0100007f", "5100"], stdin=s)
            start = time.monotonic()
            for _ in range(5): helper(socket.socket()).wait()
            long = (time.monotonic() - start) / 5
            bound = 0
            for _ in range(100):
                s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                process = helper(s)
                time.sleep(random.random() * 1.5 * long)
                process.kill(); process.wait()
                bound += s.getsockname()[1] == 81; s.close()
            print(bound, flush=True)
            END
            as alice /usr/bin/python3 kill.py > bound
            lines > all; allowed=$(grep -c ': allowed ' all || :); read -r bound < bound
            [ "$bound" -gt 0 ] && [ "$allowed" -ge "$bound" ] && echo "every bind has its line"
            """,
            "every bind has its line\n"
        )
    }

    @Test("A full log is waited for and what it loses is counted") func aFullLogIsWaitedForAndWhatItLosesIsCounted()
        async throws
    {
        try await expect(
            """
            kill -STOP $(pgrep -P $LOG)
            cat > flood.py <<'END'
            import socket
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.setblocking(False)
            sent = 0
            try:
                while True: s.sendto(b"flood", "/mnt/work/log"); sent += 1
            except BlockingIOError: print(sent)
            END
            sent=$(/usr/bin/python3 flood.py)
            mkfifo go; exec 5<>go
            cat > bind.py <<'END'
            import socket
            for _ in range(2):
                s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 81)); s.close()
            print("bound", flush=True); open("go").read(1)
            s = socket.socket(); s.bind(("127.0.0.1", 81))
            END
            : > out; as alice $LIBEXEC/lowport-run --via broker /usr/bin/python3 bind.py > out & PROGRAM=$!
            until grep -q bound out; do sleep 0.05; done
            kill -CONT $(pgrep -P $LOG); until [ "$(grep -c flood lines)" = "$sent" ]; do sleep 0.05; done; echo > go; wait $PROGRAM
            lines > all; grep -v flood all
            """,
            """
            b'<84>lowport-helper[N]: 4 lines were lost: the log was full'
            b'<86>lowport-helper[N]: allowed uid 1001 (program "python3", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81'
            b'<86>lowport-helper[N]: bound uid 1001 (program "python3", pid N) tcp 127.0.0.1:81 by /etc/authbind/byport/81'

            """
        )
    }
}
