// SPDX-License-Identifier: Apache-2.0
import Linux
import TestSupport
import Testing

/// What is written down of binds, and binds while the policy is switched.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized)
struct KernelLogTests: KernelSuite {
    @Test func `the log says who bound what, and by which line`() async throws {
        let outcome = try await enforced(
            """
            printf '# the web\\nallow user alice tcp 80\\nconfine user bob\\n' > /etc/lowport/rules
            enable
            try_bind alice 127.0.0.1 80; try_bind alice ::1 81; try_bind bob 127.0.0.1 82 udp
            lowport log --json --port 80 > json
            lowport log
            try_bind alice :: 80; try_bind alice ::ffff:127.0.0.1 80
            lowport log --user alice > log
            sed -E 's/^[^ ]+ //; s/pid [0-9]+/pid N/' log
            sed -E 's/.*"file":"([^"]*)".*"line":([0-9]+).*"port":80,"protocol":"tcp".*"uid":1001.*/\\1 \\2/' json
            """
        )
        expect(
            outcome,
            """
            bound
            EACCES
            EPERM
            bound
            bound
            granted uid 1001 (program "python3", pid N) tcp [::]:80 by /etc/lowport/rules:2
            granted uid 1001 (program "python3", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:2
            /etc/lowport/rules 2

            """
        )
    }

    @Test func theNameOfAProgramImitatesNoField() async throws {
        let outcome = try await enforced(
            """
            lowport grant -q 80 --user alice
            enable
            cat > named.py <<'END'
            import ctypes, socket
            ctypes.CDLL(None).prctl(15, b'x) by /y:1(\\n\\x1b"', 0, 0, 0)
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 80))
            END
            as alice /usr/bin/python3 named.py; lowport log | sed -E 's/^[^ ]+ //; s/pid [0-9]+/pid N/'
            as alice /usr/bin/python3 named.py; lowport log --json | grep -o '"command":.*,"file"'
            """
        )
        expect(
            outcome,
            """
            granted uid 1001 (program "x\\x29\\x20by\\x20/y:1\\x28\\x0a\\x1b\\x22", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:1
            "command":"x) by /y:1(\\n\\u001b\\"","file"

            """
        )
    }

    @Test func `a log that is followed is the only one, and ends with the engine`() async throws {
        let outcome = try await enforced(
            """
            lowport grant -q 80 --user alice
            enable
            lowport log -f > log &
            follower=$!
            until ls -l /proc/$follower/fd | grep -q bpf-map; do sleep 0.05; done; sleep 1
            lowport log 2> /dev/null || echo "status $?"
            try_bind alice 127.0.0.1 80
            until grep -q granted log; do sleep 0.05; done
            grep -c granted log
            lowport enforce disable
            wait $follower; echo "ended $?"
            lowport log 2> /dev/null || echo "status $?"
            """
        )
        expect(outcome, "status 1\nbound\n1\nended 0\nstatus 1\n")
    }

    @Test func `no bind fails and none slips through while the policy is switched`() async throws {
        let outcome = try await enforced(
            """
            lowport grant -q 80 --user alice
            enable
            cat > storm.py <<'END'
            import os, socket
            wrong, count = 0, 0
            while count < 1000 or not os.path.exists("switched"):
                for port, allowed in ((80, True), (81, False)):
                    s = socket.socket()
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    try:
                        s.bind(("127.0.0.1", port)); wrong += not allowed
                    except PermissionError:
                        wrong += allowed
                    s.close(); count += 1
            print("wrong", wrong)
            END
            as alice /usr/bin/python3 storm.py &
            storm=$!
            for n in $(seq 50); do lowport enforce reload; done
            : > switched
            wait $storm
            """
        )
        expect(outcome, "wrong 0\n")
    }
}
