// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What there is of the engine in the kernel, who may change it, and where it cannot work.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized)
struct KernelLifeCycleTests: KernelSuite {
    @Test func `status says what is enforced, and ends with 1 when nothing is`() async throws {
        let outcome = try await enforced(
            """
            lowport enforce status 2> /dev/null || echo "status $?"
            lowport enforce status --json > json || echo "status $?"
            grep -o '"enabled" : [a-z]*' json
            lowport grant -q 80 --user alice
            enable
            try_bind alice 127.0.0.1 80; try_bind bob 127.0.0.1 80
            lowport enforce status | sed -n '3s/, applied.*//p;4p'
            lowport enforce status --json | grep -o '"granted" : 1'
            enable; lowport enforce disable; lowport enforce disable
            ls -d /sys/fs/bpf/lowport 2> /dev/null || echo gone
            """
        )
        expect(
            outcome,
            """
            status 1
            status 1
            "enabled" : false
            bound
            EACCES
            policy: 1 rule
            binds: 1 allowed by rule, 0 allowed by capability, 1 refused
            "granted" : 1
            unchanged: the kernel engine is not enabled
            gone

            """
        )
    }

    @Test func `pins are root's, and an ordinary user changes nothing`() async throws {
        let outcome = try await enforced(
            """
            enable
            stat -c '%a %u' /sys/fs/bpf/lowport
            as alice lowport enforce disable 2> /dev/null || echo "status $?"
            as alice lowport enforce reload 2> /dev/null || echo "status $?"
            as alice lowport enforce enable 2> /dev/null || echo "status $?"
            as alice rm -rf /sys/fs/bpf/lowport 2> /dev/null || echo kept
            lowport enforce status > /dev/null; echo "$?"
            """
        )
        expect(outcome, "700 0\nstatus 77\nstatus 77\nstatus 77\nkept\n0\n")
    }

    @Test func `what is not ours, or is stale, is recognised`() async throws {
        let outcome = try await enforced(
            """
            enable
            mkdir "$G/inner"; lowport enforce disable; lowport enforce enable --cgroup "$G/inner"
            rmdir "$G/inner"
            # The kernel takes a group down when it has the time.
            while lowport enforce status > /dev/null 2>&1; do sleep 0.05; done
            lowport enforce reload 2>&1 || echo "status $?"
            enable; lowport enforce status > /dev/null; echo "$?"
            lowport enforce disable
            lowport enforce enable --cgroup /tmp 2>&1 || echo "status $?"
            ls -d /sys/fs/bpf/lowport 2> /dev/null || echo gone
            """
        )
        expect(
            outcome,
            """
            lowport: the control group that the kernel engine was enabled for is gone
            hint: sudo lowport enforce disable
            status 78
            0
            lowport: /tmp is not a control group of version 2
            status 64
            gone

            """
        )
    }

    @Test func `the capabilities of the service are enough`() async throws {
        let outcome = try await enforced(
            """
            units="\(ByteString(Release.repository))/Packaging/systemd"
            as_unit() {
                words=$(sed -n 's/^CapabilityBoundingSet=//p' "$units/$1" | tr A-Z a-z | sed 's/cap_/+/g; s/ /,/g')
                shift; setpriv --bounding-set "-all,$words" --no-new-privs lowport "$@"
            }
            as_service() { as_unit lowport-enforce.service enforce "$@"; }
            echo 'allow user alice tcp 80 on ::/0' > /etc/lowport/rules
            as_service enable --cgroup "$G"; try_bind alice :: 80 only
            echo 'allow user alice tcp 80' > /etc/lowport/rules
            as_service reload; try_bind alice :: 80
            as_unit lowport-audit.service log | grep -c 'allowed by rule'
            as_service status | grep -c enabled; as_service disable; try_bind alice :: 80
            """
        )
        expect(outcome, "bound\nbound\n2\n1\nEACCES\n")
    }

    @Test func `without the right to load programs it says so in one sentence`() async throws {
        let outcome = try await enforced(
            """
            setpriv --bounding-set -bpf,-sys_admin --inh-caps -bpf,-sys_admin lowport enforce enable --cgroup "$G" \
                2> errors || echo "status $?"
            grep -c 'does not work here' errors; grep hint errors
            """
        )
        expect(outcome, "status 69\n1\nhint: use `lowport run` instead\n")
    }

    @Test func `without control groups of version 2 it says so in one sentence`() async throws {
        let outcome = try await enforced(
            """
            cp $BIN/lowport $LIBEXEC/lowport-admin $T/; enforce() { unshare --mount sh -c 'umount -l "$0"; exec '$T'/lowport enforce enable' "$H"; }
            enforce 2> errors || echo "status $?"
            cat errors
            """
        )
        expect(
            outcome,
            """
            status 69
            lowport: the kernel engine does not work here: there are no control groups of version 2
            hint: use `lowport run` instead

            """
        )
    }
}
