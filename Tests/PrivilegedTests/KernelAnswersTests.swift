// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What explain, list and doctor say while the kernel engine is enabled, beside what the kernel does.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct KernelAnswersTests {
    private func expect(_ outcome: Outcome, _ lines: ByteString, _ location: SourceLocation = #_sourceLocation) {
        #expect(outcome.output == lines, "\(outcome)", sourceLocation: location)
        #expect(outcome.status == 0, "\(outcome)", sourceLocation: location)
    }

    @Test func `explain knows that nothing need be in front of a program`() async throws {
        let outcome = try await KernelSandbox.run(
            """
            verdict() { as alice lowport explain "$@" | head -n 1; }
            lowport grant -q 80 --user alice
            verdict 80
            enable
            verdict 80; try_bind alice 127.0.0.1 80
            verdict 80 --program /usr/bin/python3
            setpriv --reuid alice --regid alice --init-groups --no-new-privs lowport explain 80 | head -n 1
            verdict 81; try_bind alice 127.0.0.1 81
            install -m 755 /dev/null /etc/authbind/byport/82; lowport enforce reload
            verdict 82; try_bind alice 127.0.0.1 82
            """
        )
        expect(
            outcome,
            """
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, started with lowport run or authbind
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, without a wrapper
            bound
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, without a wrapper
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, without a wrapper
            user alice cannot bind tcp 81: no rule and no file of authbind allows it
            EACCES
            user alice can bind tcp 82 by /etc/authbind/byport/82, without a wrapper
            bound

            """
        )
    }

    /// The kernel sees no supplementary groups, and has the members of when the rules were applied.
    @Test func `who has a group in another way than the kernel knows is helped, and told so`() async throws {
        let outcome = try await KernelSandbox.run(
            """
            in_dns() { setpriv --reuid alice --regid alice --groups 1100 "$@"; }
            both() { in_dns lowport explain $1 | head -n 1; in_dns lowport run /usr/bin/python3 bind.py 127.0.0.1 $1 tcp
                in_dns /usr/bin/python3 bind.py 127.0.0.1 $1 tcp; in_dns lowport can-bind $1; echo $?; }
            printf 'allow group dns tcp 80\nallow user alice tcp 81\n' > /etc/lowport/rules; enable
            both 80; both 81; as bob lowport explain 80 | head -n 1
            in_dns lowport explain 80 --json | grep -c 'enforce reload' || :
            sed -i 's/^dns:.*/&,alice/' /etc/group
            in_dns setpriv --no-new-privs lowport explain 80 | grep -o 'sudo lowport enforce reload'
            lowport enforce reload; both 80
            """
        )
        expect(
            outcome,
            """
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, started with lowport run or authbind
            bound
            EACCES
            0
            user alice can bind tcp 81 by rule /etc/lowport/rules:2, without a wrapper
            bound
            bound
            0
            user bob can bind tcp 80 by rule /etc/lowport/rules:1, without a wrapper
            0
            sudo lowport enforce reload
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, without a wrapper
            bound
            bound
            0

            """
        )
    }

    @Test func `a threshold that was raised is not covered until the policy is applied again`() async throws {
        let outcome = try await KernelSandbox.run(
            """
            both() { as alice lowport explain 1500 | head -n 1; try_bind alice 127.0.0.1 1500
                as alice lowport run /usr/bin/python3 bind.py 127.0.0.1 1500 tcp; }
            lowport grant -q 1500 --user alice; enable
            echo 2000 > /proc/sys/net/ipv4/ip_unprivileged_port_start
            both; lowport enforce status | grep changed; lowport enforce reload; both; lowport enforce status | grep changed || :
            """
        )
        expect(
            outcome,
            """
            user alice can bind tcp 1500 by rule /etc/lowport/rules:1, started with lowport run or authbind
            EACCES
            bound
            the first unprivileged port changed since then, and the kernel does not know it: sudo lowport enforce reload
            user alice can bind tcp 1500 by rule /etc/lowport/rules:1, without a wrapper
            bound
            bound

            """
        )
    }

    @Test func `explain names a policy that the kernel has not got, and the command that brings it there`() async throws
    {
        let outcome = try await KernelSandbox.run(
            """
            enable
            # The clock of the file system ticks a few hundred times a second.
            : > tick; moment=$(stat -c %z tick); until touch tick; [ "$(stat -c %z tick)" != "$moment" ]; do :; done
            echo 'allow user alice tcp 80' > /etc/lowport/rules
            as alice lowport explain 80 | head -n 1
            setpriv --reuid alice --regid alice --init-groups --no-new-privs lowport explain 80 > said || echo "status $?"
            head -n 1 said; grep -o 'sudo lowport enforce reload' said
            lowport doctor | grep -c 'changed since the kernel got it'
            try_bind alice 127.0.0.1 80
            # Until then the program is helped as ever.
            as alice lowport run /usr/bin/python3 bind.py 127.0.0.1 80 tcp
            lowport enforce reload
            as alice lowport explain 80 > /dev/null && try_bind alice 127.0.0.1 80
            lowport doctor | grep -c 'holds programs to the policy'
            """
        )
        expect(
            outcome,
            """
            user alice can bind tcp 80 by rule /etc/lowport/rules:1, started with lowport run or authbind
            status 1
            user alice cannot bind tcp 80: it is allowed, but the kernel holds the policy as it was before the files last changed
            sudo lowport enforce reload
            1
            EACCES
            bound
            bound
            1

            """
        )
    }

    @Test func `explain and list know who is confined`() async throws {
        let outcome = try await KernelSandbox.run(
            """
            cp "$(readlink -f /usr/bin/python3)" $T/python; setcap cap_net_bind_service=ep $T/python
            printf 'allow user alice tcp 80\\nconfine user alice\\n' > /etc/lowport/rules
            capable() { as alice $T/python bind.py 127.0.0.1 "$1" tcp; }
            as alice lowport explain 81 --program $T/python | head -n 1; capable 81
            enable
            as alice lowport explain 81 --program $T/python > said || echo "status $?"
            head -n 1 said; capable 81
            capable 80
            sh -c "$(sed -n 's/.*sudo \\(lowport grant [^ ]* --user alice\\).*/\\1/p' said)" > /dev/null; capable 81
            lowport list --port 80,81 --user alice | sed 's/ \\{2,\\}/  /g; /everyone/d'
            lowport list --json | grep '"binds"' | sort -u
            as alice lowport list | grep -c BINDS || :
            """
        )
        expect(
            outcome,
            """
            user alice can bind tcp 81: /mnt/work/python has the file capability
            bound
            status 1
            user alice cannot bind tcp 81: /etc/lowport/rules:2 confines user alice to what the kernel knows to be allowed, even with CAP_NET_BIND_SERVICE
            EPERM
            bound
            bound
            WHO  PROTOCOL  PORTS  ADDRESSES  UNTIL  BINDS  SOURCE
            user alice  tcp  80  all  -  1  /etc/lowport/rules:1
            user alice  tcp  81  all  -  1  /etc/lowport/rules:3
                  "binds" : 1,
            0

            """
        )
    }
}
