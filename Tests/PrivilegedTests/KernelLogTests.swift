// SPDX-License-Identifier: Apache-2.0
import LowportLinux
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
            sed -E 's/^[^ ]+ //; s/executable [^,]*, pid [0-9]+/pid N/' log
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
            allowed by rule uid 1001 (user alice, program "python3", pid N) tcp [::]:80 by /etc/lowport/rules:2
            allowed by rule uid 1001 (user alice, program "python3", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:2
            /etc/lowport/rules 2

            """
        )
    }

    @Test("The log says who was refused") func theLogSaysWhoWasRefused() async throws {
        let outcome = try await enforced(
            """
            able() {
                setpriv --reuid "$1" --regid "$1" --clear-groups --inh-caps +net_bind_service \\
                    --ambient-caps +net_bind_service /usr/bin/python3 bind.py 127.0.0.1 "$2" tcp
            }
            printf 'allow user alice tcp 80\nconfine user bob\n' > /etc/lowport/rules
            enable
            try_bind alice 127.0.0.1 80; able 1001 81; able 1002 82; try_bind alice ::1 83; able 4711 84
            try_bind alice 127.0.0.1 1024
            # A process with all capabilities, in a user namespace of its own.
            as alice unshare --user --map-root-user /usr/bin/python3 bind.py 127.0.0.1 85 tcp
            threshold=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)
            echo 86 > /proc/sys/net/ipv4/ip_unprivileged_port_start; try_bind alice 127.0.0.1 86
            echo "$threshold" > /proc/sys/net/ipv4/ip_unprivileged_port_start
            lowport enforce status | grep binds:
            lowport enforce status --json | tr -d ' \n' | grep -o '"binds":{[^}]*}'
            lowport enforce status --json | grep -Eo '"(granted|left|refused)" : [0-9]+,$' | head -n 3
            lowport log --port 80-83 > log; sed -E 's/^[^ ]+ //; s/executable [^,]*, pid [0-9]+/pid N/' log
            able 4711 84; able 1001 81; try_bind bob 127.0.0.1 84
            lowport log --json > json
            /usr/bin/python3 -c 'if True:
                import json
                for line in open("json"):
                    event = json.loads(line)
                    print(*(event.get(key) for key in ("result", "outcome", "uid", "user", "reason")), sep="|")'
            """
        )
        expect(
            outcome,
            """
            bound
            bound
            EPERM
            EACCES
            bound
            bound
            EACCES
            bound
            binds: 1 allowed by rule, 2 allowed by capability, 1 allowed as unprivileged, 3 refused
            "binds":{"allowed_as_unprivileged":1,"allowed_by_capability":2,"allowed_by_rule":1,"left_to_the_kernel":0,"refused":3}
            "granted" : 1,
            "left" : 5,
            "refused" : 1,
            allowed by rule uid 1001 (user alice, program "python3", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:1
            allowed by capability uid 1001 (user alice, program "python3", pid N) tcp 127.0.0.1:81 with CAP_NET_BIND_SERVICE
            refused uid 1002 (user bob, program "python3", pid N) tcp 127.0.0.1:82 since no rule allows it, and the process is confined
            refused uid 1001 (user alice, program "python3", pid N) tcp [::1]:83 since no rule allows it
            bound
            bound
            EPERM
            allowed by capability|left|4711|None|with CAP_NET_BIND_SERVICE
            allowed by capability|left|1001|alice|with CAP_NET_BIND_SERVICE
            refused|refused|1002|bob|since no rule allows it, and the process is confined

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
            as alice /usr/bin/python3 named.py; lowport log | sed -E 's/^[^ ]+ //; s/executable [^,]*, pid [0-9]+/pid N/'
            as alice /usr/bin/python3 named.py; lowport log --json | sed "s,.executable_inode.:.[0-9:]*.\\,,," | grep -o '"command":.*,"file"'
            """
        )
        expect(
            outcome,
            """
            allowed by rule uid 1001 (user alice, program "x\\x29\\x20by\\x20/y:1\\x28\\x0a\\x1b\\x22", pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:1
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
            until grep -q allowed log; do sleep 0.05; done
            grep -c allowed log
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
                kept=$(grep -c refused log); lost=$(tail -n 1 log | sed 's/^[^ ]* lost \\([0-9]*\\) events, since earlier events were not read in time$/\\1/')
                echo $((kept + lost)) $(grep -c lost log); [ "$lost" -gt 0 ]
                # Each is told once.
                lowport log; flood 3; lowport log | grep -c refused
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
                flood 1; until grep -q refused log; do sleep 0.05; done
                kill -STOP $follower; flood 20000; kill -CONT $follower
                until grep -q lost log; do sleep 0.05; done
                flood 2
                until [ $(($(grep -c refused log) + $(sed -n 's/.* lost \\([0-9]*\\) .*/\\1/p' log))) = 20003 ]; do sleep 0.05; done
                # What was lost is told before what came later.
                tail -n 1 log | grep -c refused
                lowport enforce disable; wait $follower; echo "ended $?"
                """
        )
        expect(outcome, "1\nended 0\n")
    }

    @Test("A log ends with its engine") func aLogEndsWithItsEngine() async throws {
        let outcome = try await enforced(
            Self.flood + """
                enable; lowport log -f > log & follower=$!
                flood 1; until grep -q refused log; do sleep 0.05; done
                lowport enforce disable; enable
                wait $follower; echo "ended $?"
                flood 2; lowport log | grep -c refused
                """
        )
        expect(outcome, "ended 0\n2\n")
    }
}
