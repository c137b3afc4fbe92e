// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What users try who have no privileges, and machines that are full.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelAttackTests: KernelSuite {
    @Test("Nobody but root holds a lock") func nobodyButRootHoldsALock() async throws {
        expect(
            try await enforced(
                """
                lowport grant -q 80 --user alice; enable; lowport log > said
                for path in /sys/fs/bpf/lowport /etc/lowport/.lock /run/lowport/log.lock /var/lib/lowport; do
                    as alice flock -n "$path" true 2> said && echo "$path is locked"
                    as alice flock -n -s "$path" true 2> said && echo "$path is locked"
                done
                # What alice can lock nobody waits for.
                as alice flock /etc/lowport sh -c ': > ready; sleep 600' & as alice flock /etc/lowport/rules sleep 600 &
                as alice flock /run/lowport sleep 600 & as alice flock /run/lowport/kernel sleep 600 &
                until [ -e ready ]; do sleep 0.05; done
                status lowport revoke 80 --user alice; status lowport enforce reload; try_bind alice 127.0.0.1 80
                """
            ),
            "0\n0\nEACCES\n"
        )
    }

    @Test("Who holds the lock for ever is not waited for for ever") func whoHoldsTheLockForEverIsNotWaitedForForEver()
        async throws
    {
        expect(
            try await enforced(
                """
                lowport grant -q 80 --user alice; enable
                flock -o /sys/fs/bpf/lowport sh -c ': > ready; exec sleep 600' & until [ -e ready ]; do sleep 0.05; done
                status lowport revoke 80 --user alice; grep -c 80 /etc/lowport/rules || :
                try_bind alice 127.0.0.1 80; lowport enforce status | grep -c 'files changed since then'
                sed 's/^lowport: //' errors
                kill $!; wait $! || :; status lowport revoke 80 --user alice; try_bind alice 127.0.0.1 80
                """
            ),
            """
            71
            0
            bound
            1
            another process is changing what the kernel enforces
            /etc/lowport/rules is changed, but the kernel still enforces the old policy
            0
            EACCES

            """
        )
    }

    @Test("A namespace of one's own is no way out") func aNamespaceOfOnesOwnIsNoWayOut() async throws {
        expect(
            try await enforced(
                """
                mine() { as alice unshare --user --map-root-user --net /usr/bin/python3 bind.py 0.0.0.0 81 tcp; }
                printf 'confine user alice\\n' > /etc/lowport/rules
                # Without --all-namespaces a network of one's own is nobody's business, and leaves no trace.
                enable; mine; lowport log | grep -c . || :; lowport enforce disable
                enable --all-namespaces; mine
                lowport log --json | sed 's/.*"outcome":"\\([a-z]*\\)".*"uid":\\([0-9]*\\).*/\\1 \\2/'
                lowport enforce status | sed -n 's/.*\\(1 refused\\)/\\1/p'
                : > /etc/lowport/rules; echo '# nobody' > /etc/lowport/rules; lowport enforce reload; mine
                lowport log --json | sed 's/.*"outcome":"\\([a-z]*\\)".*"uid":\\([0-9]*\\).*/\\1 \\2/'
                """
            ),
            "bound\n0\nEPERM\nrefused 1001\n1 refused\nbound\nleft 1001\n"
        )
    }

    @Test("A full disk takes nothing back") func aFullDiskTakesNothingBack() async throws {
        expect(
            try await enforced(
                """
                printf 'allow user alice tcp 80,82\\nconfine user bob\\n' > /etc/lowport/rules
                mount -t tmpfs -o size=4k,nr_inodes=1 tmpfs /var/lib
                echo enable $(status enable) $(status lowport enforce status) $(try_bind alice 127.0.0.1 80)
                grep -o 'cannot record who is confined: /var/lib/lowport: no space left on device' errors
                echo grant $(status lowport grant 81 --user alice) $(try_bind alice 127.0.0.1 81)
                echo revoke $(status lowport revoke 82 --user alice) $(try_bind alice 127.0.0.1 82) $(grep -c 82 /etc/lowport/rules)
                echo alow > /etc/lowport/rules.d/more.rules
                echo reload $(status lowport enforce reload) $(try_bind alice 127.0.0.1 80)
                lowport enforce disable; echo boot $(status enable) $(status lowport enforce status)
                umount /var/lib; rm /etc/lowport/rules.d/more.rules; echo again $(status enable)
                # Nor does one that nobody may write to.
                mount -o remount,ro /var/lib; echo 'confine user alice' >> /etc/lowport/rules
                echo reload $(status lowport enforce reload); grep -c 'read-only file system' errors
                """
            ),
            """
            enable 71 0 bound
            cannot record who is confined: /var/lib/lowport: no space left on device
            grant 71 bound
            revoke 71 EACCES 0
            reload 65 bound
            boot 65 0
            again 0
            reload 71
            1

            """
        )
    }

    @Test("What cannot be announced is said") func whatCannotBeAnnouncedIsSaid() async throws {
        expect(
            try await enforced(
                """
                lowport grant -q 80 --user alice; mount -o remount,ro /run
                echo $(status enable) $(try_bind alice 127.0.0.1 80) $(status lowport enforce status)
                echo $(status lowport revoke 80 --user alice) $(try_bind alice 127.0.0.1 80)
                mount -o remount,rw /run; echo $(status enable); mount -o remount,ro /run
                # The engine is off, but everybody is told that it is on.
                echo $(status lowport enforce disable) $(status lowport enforce status)
                grep -o 'cannot [a-z]* /run/lowport/kernel: .*' errors
                mount -o remount,rw /run; echo $(status lowport enforce disable) $(ls /run/lowport/kernel 2> said)
                """
            ),
            """
            71 bound 0
            71 EACCES
            0
            71 1
            cannot write /run/lowport/kernel: read-only file system
            cannot write /run/lowport/kernel: read-only file system
            cannot remove /run/lowport/kernel: read-only file system
            0

            """
        )
    }

    @Test("What is too much for the kernel changes nothing") func whatIsTooMuchForTheKernelChangesNothing() async throws
    {
        expect(
            try await enforced(
                """
                printf 'allow user alice tcp 80\\nconfine user bob\\n' > /etc/lowport/rules; enable
                awk 'BEGIN { for (i = 0; i < 40000; i++) printf "allow uid %d tcp %d\\n", 3000 + i, 1 + i % 1000 }' > many
                cp many /etc/lowport/rules.d/many.rules
                # What the kernel answers when its memory for this is used up, in the midst of it.
                full() { strace -qq -o /dev/null -e trace=bpf -e "inject=bpf:error=ENOMEM:when=$1+" lowport enforce reload; }
                for call in 20000 60000; do
                    status full $call; grep -c 'cannot .*: cannot allocate memory$' errors
                    try_bind alice 127.0.0.1 80; lowport enforce status | grep -c 'policy: 1 rule,'
                done
                status lowport enforce reload; lowport enforce status | grep -c 'policy: 40001 rules,'
                """
            ),
            """
            71
            1
            bound
            1
            71
            2
            bound
            1
            0
            1

            """
        )
    }
}
