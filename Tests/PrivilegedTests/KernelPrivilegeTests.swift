// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Who lacks the privilege to change what the kernel enforces changes nothing, and is told so.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelPrivilegeTests: KernelSuite {
    @Test("Whose directory it is, and the command that removes it") func whoseDirectoryAndWhatRemovesIt() async throws {
        expect(
            try await enforced(
                """
                umount /sys/fs/bpf; mount -t bpf -o mode=1777 bpf /sys/fs/bpf
                as alice mkdir /sys/fs/bpf/lowport; status enable; cat errors
                sh -c "$(sed -n 's/^hint: .*: sudo //p' errors)"; status enable
                """
            ),
            """
            78
            lowport: /sys/fs/bpf/lowport belongs to user alice (uid 1001): it is not ours, and is left alone
            hint: look at what is in it, then: sudo rm -r /sys/fs/bpf/lowport
            0

            """
        )
    }

    /// Where all users may write to the file system, a directory of theirs would be in the way of root's.
    @Test("An ordinary user makes nothing") func anOrdinaryUserMakesNothing() async throws {
        expect(
            try await enforced(
                """
                umount /sys/fs/bpf; mount -t bpf -o mode=1777 bpf /sys/fs/bpf; chmod 777 .
                export G; as alice sh -c 'lowport enforce enable --cgroup "$G"' 2>&1 || echo $?
                [ -e /sys/fs/bpf/lowport ] || echo nothing; status enable
                """
            ),
            """
            lowport: cannot read or change what the kernel enforces: permission denied
            hint: run it as root, with sudo
            77
            nothing
            0

            """
        )
    }

    @Test("Who cannot see what is attached changes nothing") func whoCannotSeeChangesNothing() async throws {
        expect(
            try await enforced(
                """
                less() { setpriv --bounding-set -net_admin,-sys_admin "$@"; }
                state() { find /sys/fs/bpf -printf '%p %i\\n' | sort; lowport enforce status; }
                printf 'allow user alice tcp 80\\n' > /etc/lowport/rules; enable; before=$(state)
                less lowport enforce disable 2>&1 || echo $?
                [ "$before" = "$(state)" ] && echo kept; try_bind alice 127.0.0.1 80
                status lowport enforce disable; try_bind alice 127.0.0.1 80; less lowport enforce disable
                """
            ),
            """
            lowport: cannot see what is attached to the control groups without CAP_NET_ADMIN: nothing is changed
            hint: run it as root, outside of containers
            77
            kept
            bound
            0
            EACCES
            unchanged: the kernel engine is not enabled

            """
        )
    }

    /// Newer kernels take CAP_SYS_ADMIN for CAP_NET_ADMIN here: then all of it is done, and otherwise nothing.
    @Test("Without CAP_NET_ADMIN alone, all is removed or nothing") func allIsRemovedOrNothing() async throws {
        expect(
            try await enforced(
                """
                printf 'allow user alice tcp 80\\n' > /etc/lowport/rules; enable
                case $(status setpriv --bounding-set -net_admin lowport enforce disable) in
                0) [ ! -e /sys/fs/bpf/lowport ] && [ "$(try_bind alice 127.0.0.1 80)" = EACCES ] && echo as said ;;
                77) lowport enforce status > said && [ "$(try_bind alice 127.0.0.1 80)" = bound ] && echo as said ;;
                esac
                """
            ),
            "as said\n"
        )
    }
}
