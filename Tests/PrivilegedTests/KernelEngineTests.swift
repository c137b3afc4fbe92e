// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The kernel's own decisions, in a control group of the test's own, below the root of the hierarchy of version 2.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized)
struct KernelEngineTests: KernelSuite {
    @Test func `a rule holds for a plain program, and for nobody else`() async throws {
        let outcome = try await enforced(
            """
            lowport grant 80 --user alice > /dev/null
            try_bind alice 127.0.0.1 80
            enable
            try_bind alice 127.0.0.1 80
            try_bind alice 0.0.0.0 80
            try_bind alice :: 80
            try_bind alice 127.0.0.1 80 udp
            try_bind alice 127.0.0.1 81
            try_bind bob 127.0.0.1 80
            lowport enforce disable
            try_bind alice 127.0.0.1 80
            """
        )
        expect(outcome, "EACCES\nbound\nbound\nbound\nEACCES\nEACCES\nEACCES\nEACCES\n")
    }

    @Test func `addresses, groups and times are the kernel's business, too`() async throws {
        let outcome = try await enforced(
            """
            cat > /etc/lowport/rules <<'END'
            allow group dns udp 53 on 127.0.0.0/8
            allow uid 1001 tcp 90 on ::1
            allow everyone tcp 91 until 2001-01-01T00:00:00Z
            allow everyone tcp 92 until 2200-01-01T00:00:00Z
            END
            enable
            try_bind bob 127.1.2.3 53 udp
            try_bind bob ::ffff:127.0.0.1 53 udp
            try_bind bob 0.0.0.0 53 udp
            try_bind alice 127.0.0.1 53 udp
            try_bind alice ::1 90
            try_bind alice :: 90
            try_bind alice 127.0.0.1 91
            try_bind bob 127.0.0.1 92
            """
        )
        expect(outcome, "bound\nbound\nEACCES\nEACCES\nbound\nEACCES\nEACCES\nbound\n")
    }

    @Test func `the authbind tree is the kernel's business as far as it can be said exactly`() async throws {
        let outcome = try await enforced(
            """
            cd /etc/authbind
            install -m 755 /dev/null byport/80
            install -m 750 -g dns /dev/null byport/81
            install -m 700 -o alice /dev/null byport/82
            install -m 701 /dev/null byport/83
            ln -s 80 byport/84
            install -m 755 /dev/null byaddr/127.0.0.1,85
            install -m 755 /dev/null 'byport/!600'
            install -m 644 /dev/null byaddr/127.0.0.2:86
            echo '127.0.0.0/8,80-90' > byuid/1001; echo '::/0,90' >> byuid/1001
            cd $T
            enable 2> said
            for port in 80 81 82 83 84 85 600; do echo $port $(try_bind alice 127.0.0.1 $port) $(try_bind bob 127.0.0.1 $port); done
            try_bind alice 127.0.0.2 86; try_bind alice 127.0.0.3 86; try_bind alice 0.0.0.0 86
            try_bind alice ::ffff:127.0.0.1 86; try_bind alice ::ffff:127.0.0.1 90; try_bind alice :: 90
            sed 's/^lowport: //' said
            """
        )
        expect(
            outcome,
            """
            80 bound bound
            81 EACCES bound
            82 bound EACCES
            83 EACCES EACCES
            84 EACCES EACCES
            85 bound bound
            600 bound bound
            EACCES
            bound
            EACCES
            EACCES
            bound
            bound
            /etc/authbind/byport/83: mode 0701: some are refused for what others have: left to authbind and lowport run
            /etc/authbind/byport/84: it is a symbolic link: left to authbind and lowport run

            """
        )
    }

    @Test func `lowport run adds nothing where the kernel knows all`() async throws {
        let outcome = try await enforced(
            """
            lowport grant -q 80 --user alice
            how() { as alice lowport run --verbose "$@" true 2>&1 | sed 's/.*true: //; s/:.*//'; }
            how; how --via kernel
            enable; cat /run/lowport/kernel | sed -n '/complete/p'; stat -c %a /run/lowport/kernel
            how; how --via kernel; how --via broker
            as alice lowport run /usr/bin/python3 bind.py 127.0.0.1 80 tcp
            install -m 701 /dev/null /etc/authbind/byport/81; lowport enforce reload 2> /dev/null; how
            rm /etc/authbind/byport/81; lowport enforce reload; how
            echo 'allow user alice tcp 82 on ::/0' > /etc/lowport/rules; lowport enforce reload; how
            as alice lowport run /usr/bin/python3 bind.py :: 82 only
            lowport enforce disable; how
            """
        )
        expect(
            outcome,
            """
            broker
            lowport-run
            complete yes
            644
            kernel
            kernel
            broker
            bound
            broker
            kernel
            kernel
            bound
            broker

            """
        )
    }

    @Test func `a socket that takes IPv6 alone needs IPv6 alone`() async throws {
        let outcome = try await enforced(
            """
            echo 'allow user alice tcp,udp 80 on ::/0' > /etc/lowport/rules
            enable
            try_bind alice :: 80; try_bind alice :: 80 only; try_bind alice 0.0.0.0 80
            lowport grant -q 80 --user alice --on 0.0.0.0/0
            try_bind alice :: 80; try_bind alice 0.0.0.0 80
            """
        )
        expect(outcome, "EACCES\nbound\nEACCES\nbound\nbound\n")
    }

    @Test func `grant and revoke reach the kernel at once`() async throws {
        let outcome = try await enforced(
            """
            enable
            try_bind alice 127.0.0.1 80
            lowport grant -q 80 --user alice; try_bind alice 127.0.0.1 80
            lowport revoke -q 80 --user alice; try_bind alice 127.0.0.1 80
            echo 'allow user alice tcp 80' > /etc/lowport/rules; try_bind alice 127.0.0.1 80
            lowport enforce reload; try_bind alice 127.0.0.1 80
            """
        )
        expect(outcome, "EACCES\nbound\nEACCES\nEACCES\nbound\n")
    }

    @Test func `a change that the kernel does not take is not made at all`() async throws {
        let outcome = try await enforced(
            """
            lowport grant -q 80 --user alice
            enable
            rm /sys/fs/bpf/lowport/sources
            lowport grant 81 --user alice 2> errors || echo "status $?"
            cat /etc/lowport/rules
            """
        )
        expect(outcome, "status 78\nallow user alice tcp 80\n")
    }

    @Test func `the confined bind only what the rules allow, whatever else they may`() async throws {
        let outcome = try await enforced(
            """
            cp "$(readlink -f /usr/bin/python3)" $T/python
            setcap cap_net_bind_service=ep $T/python
            capable() { as "$1" $T/python bind.py 127.0.0.1 "$2" tcp; }
            echo 'allow user alice tcp 80' > /etc/lowport/rules
            enable
            capable alice 81
            printf 'confine user alice\\nconfine group dns\\n' >> /etc/lowport/rules; lowport enforce reload
            capable alice 80; capable alice 81; capable alice 8080; capable bob 81
            /usr/bin/python3 bind.py 127.0.0.1 81 tcp
            printf 'confine everyone\\n' > /etc/lowport/rules; lowport enforce reload
            capable alice 80; /usr/bin/python3 bind.py 127.0.0.1 81 tcp
            printf 'confine root\\n' >> /etc/lowport/rules; lowport enforce reload
            /usr/bin/python3 bind.py 127.0.0.1 81 tcp
            """
        )
        expect(outcome, "bound\nbound\nEPERM\nbound\nEPERM\nbound\nEPERM\nbound\nEPERM\n")
    }

    @Test func `another network namespace has rules of its own, unless all are meant`() async throws {
        let outcome = try await enforced(
            """
            lowport grant -q 80 --user alice
            elsewhere() { unshare --net sh -c 'ip link set lo up; exec "$@"' sh \
                setpriv --reuid alice --regid alice --init-groups /usr/bin/python3 bind.py 127.0.0.1 80 tcp; }
            enable
            elsewhere
            lowport enforce disable; enable --all-namespaces
            elsewhere
            enable 2> /dev/null || echo "status $?"
            """
        )
        expect(outcome, "EACCES\nbound\nstatus 78\n")
    }
}
