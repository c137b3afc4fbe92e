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

    @Test("The name of a program imitates no field") func theNameOfAProgramImitatesNoField() async throws {
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
            until grep -q "FLOCK .* $follower .*:$(stat -c %i /run/lowport/log.lock 2> /dev/null) " /proc/locks; do sleep 0.05; done
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

    /// Binds more often than events have room, which any user can do.
    private static let flood: ByteString = """
        cat > flood.py <<'END'
        import socket, sys
        for n in range(int(sys.argv[1])):
            try: socket.socket().bind(("127.0.0.1", 81))
            except PermissionError: pass
        END
        flood() { as bob /usr/bin/python3 flood.py "$1"; }

        """

    @Test("Losses are told behind what was kept") func lossesAreToldBehindWhatWasKept() async throws {
        let outcome = try await enforced(
            Self.flood + """
                enable; flood 20000; lowport log > log
                kept=$(grep -c left log); lost=$(tail -n 1 log | sed 's/^[^ ]* lost \\([0-9]*\\) events, since earlier events were not read in time$/\\1/')
                echo $((kept + lost)) $(grep -c lost log); [ "$lost" -gt 0 ]
                # Each is told once.
                lowport log; flood 3; lowport log | grep -c left
                flood 20000; lowport log --json --user alice > log; grep -c . log
                sed 's/"time":"[^"]*"/"time":"T"/' log > line; lost=$(grep -o '[0-9][0-9]*' line | head -n 1)
                [ "$lost" -gt 0 ]; sed "s/:$lost,/:N,/" line
                lowport enforce status | grep -c 'events lost: '
                """
        )
        expect(
            outcome,
            "20000 1\n3\n1\n{\"events_lost\":N,\"schema\":\"lowport.lost/1\",\"time\":\"T\"}\n1\n"
        )
    }

    @Test("A reader who falls behind is told while reading") func aReaderWhoFallsBehindIsToldWhileReading() async throws
    {
        let outcome = try await enforced(
            Self.flood + """
                enable; lowport log -f > log & follower=$!
                flood 1; until grep -q left log; do sleep 0.05; done
                kill -STOP $follower; flood 20000; kill -CONT $follower
                until grep -q lost log; do sleep 0.05; done
                flood 2
                until [ $(($(grep -c left log) + $(sed -n 's/.* lost \\([0-9]*\\) .*/\\1/p' log))) = 20003 ]; do sleep 0.05; done
                # What was lost is told before what came later.
                tail -n 1 log | grep -c left
                lowport enforce disable; wait $follower; echo "ended $?"
                """
        )
        expect(outcome, "1\nended 0\n")
    }

    @Test("A log ends with its engine") func aLogEndsWithItsEngine() async throws {
        let outcome = try await enforced(
            Self.flood + """
                enable; lowport log -f > log & follower=$!
                flood 1; until grep -q left log; do sleep 0.05; done
                lowport enforce disable; enable
                wait $follower; echo "ended $?"
                flood 2; lowport log | grep -c left
                """
        )
        expect(outcome, "ended 0\n2\n")
    }
}
