// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What a user, the owner of a file of the authbind tree or a large set of rules can make of the kernel engine's memory and log.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelLoadTests: KernelSuite {
    @Test("A flood of refusals takes no room and is counted") func aFloodOfRefusalsTakesNoRoomAndIsCounted()
        async throws
    {
        expect(
            try await enforced(
                """
                printf 'confine user alice\\n' > /etc/lowport/rules; enable
                cat > flood.py <<'END'
                import socket
                s = socket.socket()
                for _ in range(30000):
                    try: s.bind(("127.0.0.1", 81))
                    except PermissionError: pass
                END
                used() { find /run /var/lib /etc/lowport -type f ! -name log.lock -printf '%p %s\\n' | sort; }
                lowport log > said; used > before
                as alice /usr/bin/python3 flood.py & as alice /usr/bin/python3 flood.py; wait $!
                # Nobody reads: the ring holds what it holds, the oldest, and counts the rest.
                lowport log > log; echo $(($(grep -c 'refused uid 1001' log) + $(sed -n 's/.* lost \\([0-9]*\\) events.*/\\1/p' log)))
                [ $(wc -l < log) -lt 20000 ] && echo bounded
                lowport enforce status | grep -o '60000 refused'
                used > after; cmp before after && echo 'no file has grown'
                # Afterwards there is room again.
                try_bind bob 127.0.0.1 82; lowport log | grep -c 'refused uid 1002'
                """
            ),
            "60000\nbounded\n60000 refused\nno file has grown\nEACCES\n1\n"
        )
    }

    /// A line is an entry for each port, protocol and address: 36 kB of rules were 4,300,000 entries, and a whole file all memory.
    @Test("Rules that come to too much are a fault") func rulesThatComeToTooMuchAreAFault() async throws {
        expect(
            try await enforced(
                """
                printf 'allow user alice tcp 80,82\\nconfine user bob\\n' > /etc/lowport/rules; enable
                printf 'confine user alice\\n' > many
                awk 'BEGIN { for (i = 0; i < 1400; i++) printf "allow uid %d any 1-1023\\n", 3000 + i }' >> many
                cp many /etc/lowport/rules.d/many.rules
                status lowport enforce reload; try_bind alice 127.0.0.1 80; try_bind alice 127.0.0.1 81
                grep -o '/etc/lowport/rules.d/many.rules: comes to more than 4194304 entries' errors
                # What is revoked is revoked, and what is granted is not; whom the file confines is confined from now on.
                status lowport revoke 82 --user alice; try_bind alice 127.0.0.1 82; status lowport grant 83 --user alice
                # At a start of the machine all are confined that the files confine, and the others have what they had.
                lowport enforce disable; status enable; try_bind alice 127.0.0.1 80; try_bind alice 127.0.0.1 81
                rm /etc/lowport/rules.d/many.rules; status lowport enforce reload; try_bind alice 127.0.0.1 81
                """
            ),
            """
            65
            bound
            EACCES
            /etc/lowport/rules.d/many.rules: comes to more than 4194304 entries
            65
            EPERM
            65
            65
            bound
            EPERM
            0
            EACCES

            """
        )
    }

    /// Whoever may write a file of the tree need not be root, and is not to take root's memory or time.
    @Test("A file of the tree that comes to too much is left to the others")
    func aFileOfTheTreeThatComesToTooMuchIsLeftToTheOthers() async throws {
        expect(
            try await enforced(
                """
                echo 'allow user bob tcp 80' > /etc/lowport/rules
                awk 'BEGIN { for (i = 0; i < 20000; i++) printf "127.1.%d.%d/32:1,511\\n", i / 256, i % 256 }' > /etc/authbind/byuid/1001
                chown alice /etc/authbind/byuid/1001; printf '127.0.0.1/32:90,90\\n' > /etc/authbind/byuid/1002
                status enable; lowport enforce status | grep -o 'policy: [0-9]* rules*'
                grep -o '/etc/authbind/byuid/1001.*' errors
                try_bind bob 127.0.0.1 80; try_bind bob 127.0.0.1 90; try_bind alice 127.1.0.1 80
                # The others know it; and they are asked, since the notice says that the kernel does not know all.
                as alice lowport run bind-probe tcp4 bind 127.1.0.1 80 tcp4 bind 127.0.0.1 80
                """
            ),
            """
            0
            policy: 2 rules
            /etc/authbind/byuid/1001: comes to too many ports and addresses for the kernel: left to authbind and lowport run
            bound
            bound
            EACCES
            bind ok
            bind 2

            """
        )
    }
}
