// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The log of the machine hears of every change of the policy: who made it, by which command, and what is different.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct ChangeLogTests: SandboxSuite, KernelSuite {
    static let prelude = DecisionLogTests.prelude

    @Test("Every change has one line") func logsEveryChange() async throws {
        try await expect(
            """
            exec 3>&1 > out 2>&1
            lowport grant 80 443 --user alice --comment 'a "b" [c]'
            lowport grant 80 --user alice
            lowport grant 81 --user alice --dry-run
            lowport grant 82 --user nobody-of-that-name || :
            lowport revoke 443 --user alice --quiet
            lowport revoke 443 --user alice
            printf 'allow everyone tcp 1\\nallow everyone tcp 2\\n' > new.rules
            lowport apply new.rules --json
            lowport apply new.rules
            printf '#!/bin/sh\\nsed -i s/2/3/ "$1"\\n' > editor; chmod 755 editor
            EDITOR=$T/editor lowport edit
            lowport threshold 500
            lowport threshold 40000 || :
            lowport threshold
            mkdir /mnt/srv; cp /bin/true /mnt/srv/server
            lowport grant --program /mnt/srv/server
            lowport grant --program /mnt/srv/server
            lowport revoke --program /mnt/srv/server
            as bob lowport grant 80 --user bob || :
            exec >&3
            lines
            """,
            #"""
            b'<37>lowport[N]: user root (uid 0) by "lowport grant 80 443 --user alice --comment a \\x22b\\x22 \\x5bc\\x5d": added "allow user alice tcp 80,443  # a \\x22b\\x22 \\x5bc\\x5d"'
            b'<37>lowport[N]: user root (uid 0) by "lowport revoke 443 --user alice --quiet": removed "allow user alice tcp 80,443  # a \\x22b\\x22 \\x5bc\\x5d", added "allow user alice tcp 80  # a \\x22b\\x22 \\x5bc\\x5d"'
            b'<37>lowport[N]: user root (uid 0) by "lowport apply new.rules --json": removed "allow user alice tcp 80  # a \\x22b\\x22 \\x5bc\\x5d", added "allow everyone tcp 1", added "allow everyone tcp 2"'
            b'<37>lowport[N]: user root (uid 0) by "lowport edit": removed "allow everyone tcp 2", added "allow everyone tcp 3"'
            b'<37>lowport[N]: user root (uid 0) by "lowport threshold 500": net.ipv4.ip_unprivileged_port_start is 500, was 1024'
            b'<37>lowport[N]: user root (uid 0) by "lowport grant --program /mnt/srv/server": added "cap_net_bind_service=ep /mnt/srv/server"'
            b'<37>lowport[N]: user root (uid 0) by "lowport revoke --program /mnt/srv/server": removed "cap_net_bind_service=ep /mnt/srv/server"'

            """#
        )
    }

    @Test("The user is the one who logged in, else the one of sudo") func namesWhoLoggedIn() async throws {
        try await expect(
            """
            SUDO_UID=1001 lowport grant 1 --everyone -q
            SUDO_UID=4711 lowport grant 2 --everyone -q
            SUDO_UID=x lowport grant 3 --everyone -q
            if (echo 1002 > /proc/self/loginuid) 2>/dev/null; then
                (echo 1002 > /proc/self/loginuid; SUDO_UID=1001 lowport grant 4 --everyone -q)
            else
                SUDO_UID=1002 lowport grant 4 --everyone -q
            fi
            lowport apply - -q < /etc/passwd 2>/dev/null || :
            i=0; while [ $i -lt 500 ]; do i=$((i + 1)); echo "allow user alice tcp $i  # $i"; done > many
            lowport apply many -q
            lines > all; cut -c1-110 all; grep -o ', and [0-9]* more' all
            """,
            """
            b'<37>lowport[N]: user alice (uid 1001) by "lowport grant 1 --everyone -q": added "allow everyone tcp 1"'
            b'<37>lowport[N]: uid 4711 by "lowport grant 2 --everyone -q": added "allow everyone tcp 2"'
            b'<37>lowport[N]: user root (uid 0) by "lowport grant 3 --everyone -q": added "allow everyone tcp 3"'
            b'<37>lowport[N]: user bob (uid 1002) by "lowport grant 4 --everyone -q": added "allow everyone tcp 4"'
            b'<37>lowport[N]: user root (uid 0) by "lowport apply many -q": removed "allow everyone tcp 1", removed "allow
            , and 452 more

            """
        )
    }

    @Test("Without a log, and with a full one, changes are made") func changesWithoutALog() async throws {
        try await expect(
            """
            kill -STOP $(pgrep -P $LOG)
            cat > flood.py <<'END'
            import socket
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.setblocking(False)
            try:
                while True: s.sendto(b"flood", "/mnt/work/log")
            except BlockingIOError: pass
            END
            /usr/bin/python3 flood.py
            lowport grant 80 --user alice
            kill -CONT $(pgrep -P $LOG); lines > all
            lowport grant 81 --user alice
            rm /mnt/dev/log
            lowport grant 82 --user alice
            """,
            """
            added: allow user alice tcp 80
            added: allow user alice tcp 81
            added: allow user alice tcp 82

            """
        )
    }

    @Test("Changes of the kernel engine have lines, too") func logsChangesOfTheEngine() async throws {
        let outcome = try await enforced(
            ByteString(Self.prelude)
                + """
                exec 3>&1 > out 2>&1
                lowport enforce disable
                enable
                lowport grant 80 --user alice
                lowport grant 80 --user alice
                lowport enforce reload
                lowport enforce status
                echo nonsense >> /etc/lowport/rules
                lowport revoke 80 --user alice || :
                lowport enforce reload || :
                lowport enforce disable
                exec >&3
                lines > all; sed 's|/[^ "]*lowport-test[^ "]*|G|' all
                """
        )
        expect(
            outcome,
            """
            b'<37>lowport[N]: user root (uid 0) by "lowport enforce enable --cgroup G": the kernel engine is enabled'
            b'<37>lowport[N]: user root (uid 0) by "lowport grant 80 --user alice": added "allow user alice tcp 80"'
            b'<37>lowport[N]: user root (uid 0) by "lowport enforce reload": the policy in the kernel is replaced'
            b'<37>lowport[N]: user root (uid 0) by "lowport enforce disable": the kernel engine is disabled'

            """
        )
    }
}
