// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport check --programs`: who has the capability, what was seen, and what is proposed.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized)
struct CheckProgramsTests: KernelSuite {
    /// Programs with the capability in /srv/bin, of which the server binds three ports.
    private static let programs: ByteString = """
        mount -t tmpfs -o mode=755 tmpfs /srv; mkdir /srv/bin
        for name in idle other server; do
            cp "$(readlink -f /usr/bin/python3)" /srv/bin/$name; setcap cap_net_bind_service=ep /srv/bin/$name
        done
        ln /srv/bin/idle /srv/bin/same; cp /srv/bin/idle /srv/bin/none
        bind() { name=$1; shift; as alice /srv/bin/$name $T/bind.py "$@"; }
        seen() { lowport check --programs /srv "$@" > $T/said; sed 's/  */ /g' $T/said; }

        """

    @Test func `the log shows which ports a program needs, and the rules for them hold`() async throws {
        let outcome = try await enforced(
            Self.programs + """
                enable; bind server 127.0.0.1 80 tcp; bind server :: 81 tcp; bind server 127.0.0.1 443 udp; bind other ::1 7 tcp
                seen
                grep -o 'lowport grant .*' said > commands; . ./commands > /dev/null
                seen
                bind server 127.0.0.1 80 tcp; bind server :: 81 tcp; bind server 127.0.0.1 443 udp; bind server :: 443 tcp
                bind other ::1 7 tcp; bind other ::1 8 tcp
                """
        )
        expect(
            outcome,
            """
            bound
            bound
            bound
            bound
            PROGRAM SEEN BINDING MAY BIND
            /srv/bin/idle - every port
            /srv/bin/other tcp 7 every port
            /srv/bin/server tcp 80-81; udp 443 every port

            rules for what was seen, and no more:
             allow program /srv/bin/other tcp 7
             confine program /srv/bin/other
             allow program /srv/bin/server tcp 80-81
             allow program /srv/bin/server udp 443
             confine program /srv/bin/server

            to write them:
             sudo lowport grant 7 --program /srv/bin/other
             sudo lowport grant 80-81 --program /srv/bin/server
             sudo lowport grant 443 --protocol udp --program /srv/bin/server
            PROGRAM SEEN BINDING MAY BIND
            /srv/bin/idle - every port
            /srv/bin/other tcp 7 what the rules allow
            /srv/bin/server tcp 80-81; udp 443 what the rules allow
            bound
            bound
            bound
            EPERM
            bound
            EPERM

            """
        )
    }

    @Test func `what was written of the log counts, in both forms, and nothing else does`() async throws {
        let outcome = try await enforced(
            Self.programs + """
                enable; bind server 127.0.0.1 80 tcp; lowport log > text
                bind server ::1 443 udp; lowport log --json > json
                # What users may write on their own: a bind by a rule, of a file whose number is another's by now.
                sed 's/allowed by capability/allowed by rule/; s/:80 /:82 /' text > other
                printf '%s\\n' nonsense '{"schema":"lowport.log/1"}' '2026-12-01T12:00:00Z allowed' >> other
                sed 's/allowed by capability/refused/; s/:80 /:83 /' text >> other
                for log in /dev/null text json other; do seen --log $log | grep server | head -n 1; done
                cat text json | lowport check --programs /srv/bin/server --log - --json | tr -d ' \\n' | grep -o '"rules".*\\]'
                """
        )
        expect(
            outcome,
            """
            bound
            bound
            /srv/bin/server - every port
            /srv/bin/server tcp 80 every port
            /srv/bin/server udp 443 every port
            /srv/bin/server - every port
            "rules":["allowprogram/srv/bin/servertcp80","allowprogram/srv/bin/serverudp443","confineprogram/srv/bin/server"],"seen":[{"port":80,"protocol":"tcp"},{"port":443,"protocol":"udp"}]}]

            """
        )
    }

    @Test func `what is bound now is seen without an engine, and what no rule can name is said`() async throws {
        let outcome = try await enforced(
            Self.programs + """
                cat > hold.py <<'END'
                import os, socket, time
                sockets = [socket.socket() for _ in range(2)]
                sockets[0].bind(("127.0.0.1", 79)); sockets[0].listen(); sockets[1].bind(("127.0.0.1", 8080)); sockets[1].listen()
                print(os.getpid(), flush=True); time.sleep(1000)
                END
                as alice /srv/bin/other hold.py > holder &
                until grep -q . holder; do sleep 0.05; done
                chmod 777 /srv/bin; mkdir /srv/safe; mv /srv/bin/other /srv/safe/; cp -a /srv/bin/idle /srv/bin/loose
                seen
                kill "$(cat holder)"; wait
                lowport check --programs /srv --strict > said || echo "status $?"; grep safe said
                as alice "$BIN/lowport" check --programs || echo "status $?"
                lowport check --log said 2> errors || echo "status $?"
                """
        )
        expect(
            outcome,
            """
            PROGRAM SEEN BINDING MAY BIND
            /srv/bin/idle - every port: it cannot be trusted: /srv/bin has mode 0777, so that others may write to it
            /srv/bin/loose - every port: it cannot be trusted: /srv/bin has mode 0777, so that others may write to it
            /srv/bin/server - every port: it cannot be trusted: /srv/bin has mode 0777, so that others may write to it
            /srv/safe/other tcp 79 every port

            rules for what was seen, and no more:
             allow program /srv/safe/other tcp 79
             confine program /srv/safe/other

            to write them:
             sudo lowport enforce enable
             sudo lowport grant 79 --program /srv/safe/other
            status 1
            /srv/safe/other  -             every port
            status 77
            status 64

            """
        )
    }

    @Test func `what confines a program is its file, as the kernel knows it`() async throws {
        let outcome = try await enforced(
            Self.programs + """
                printf 'confine program /srv/bin/same\\nconfine program /srv/bin/other\\n' > /etc/lowport/rules; enable
                cd /srv/bin; seen --log /dev/null; lowport check --programs idle other --strict > said && echo held
                # A new file, which somebody gave the capability, before the policy is loaded again.
                cp server new; setcap cap_net_bind_service=ep new; mv new other; seen --log /dev/null | grep other
                bind other ::1 9 tcp; lowport check --programs /srv --json --log /dev/null | tr -d ' \\n' | grep -o '"held":[a-z]*'
                lowport enforce reload; seen --log /dev/null | grep other; bind other ::1 9 tcp
                cp server "$(printf 'hid\\342\\200\\256den')"; setcap cap_net_bind_service=ep hid*; seen --log /dev/null | grep hid
                """
        )
        expect(
            outcome,
            """
            PROGRAM SEEN BINDING MAY BIND
            /srv/bin/idle - what the rules allow
            /srv/bin/other - what the rules allow
            /srv/bin/server - every port
            held
            /srv/bin/other - unknown: the kernel has older rules
            bound
            "held":false
            "held":false
            "held":false
            /srv/bin/other tcp 9 what the rules allow
            EPERM
            /srv/bin/hid\\u{202e}den - every port: it has a name with characters that are not seen

            """
        )
    }
}
