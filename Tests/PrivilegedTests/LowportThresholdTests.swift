// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport can-bind` and `lowport threshold` in a network of their own.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LowportThresholdTests {
    @Test("The status is the answer") func answersWithTheStatus() async throws {
        let outcome = try await Sandbox.run(
            """
            lowport grant 80 --user alice --quiet
            lowport grant 53 --user alice --protocol udp --on 127.0.0.0/8 --quiet
            lowport grant 81 --user alice --on ::/0 --quiet
            install -m 0710 -g dns /dev/null /etc/authbind/byport/82
            ask() { who=$1; shift; as $who lowport can-bind "$@" && echo "$who $*: 0" || echo "$who $*: $?"; }
            ask alice 80; ask alice http; ask alice 80 --udp; ask bob 80
            ask alice 53 --udp; ask alice 53 --udp --on 127.0.0.1; ask alice 53 --on 127.0.0.1
            ask alice 81 --on ::1; ask alice 81 --on ::
            ask bob 82; ask alice 82
            ask bob 1024; ask bob 1023
            lowport can-bind 1
            echo 500 > /proc/sys/net/ipv4/ip_unprivileged_port_start
            ask bob 500; ask bob 499
            setpriv --reuid bob --clear-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service \
                lowport can-bind 7
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        alice 80: 0
                        alice http: 0
                        alice 80 --udp: 1
                        bob 80: 1
                        alice 53 --udp: 1
                        alice 53 --udp --on 127.0.0.1: 0
                        alice 53 --on 127.0.0.1: 1
                        alice 81 --on ::1: 0
                        alice 81 --on ::: 1
                        bob 82: 0
                        alice 82: 1
                        bob 1024: 0
                        bob 1023: 1
                        bob 500: 0
                        bob 499: 1

                        """
                )
        )
    }

    /// The helper may read what the user may not, and answers for it.
    @Test func `a file that may not be read is left to the helper`() async throws {
        let outcome = try await Sandbox.run(
            """
            printf '%s\\n' '0.0.0.0/0,80' '::/0,80' > /etc/authbind/byuid/1001
            as alice lowport can-bind 80
            chmod 600 /etc/authbind/byuid/1001
            as alice lowport can-bind 80
            as alice lowport can-bind 81
            """
        )
        #expect(outcome == Outcome(status: 1, output: "", errors: ""))
    }

    @Test("The threshold is set for good") func setsTheThresholdForGood() async throws {
        let outcome = try await Sandbox.run(
            """
            lowport threshold
            lowport threshold 443 --dry-run 2>/dev/null
            lowport threshold 443
            cat /proc/sys/net/ipv4/ip_unprivileged_port_start /etc/sysctl.d/99-lowport.conf
            stat -c '%a %U' /etc/sysctl.d/99-lowport.conf
            lowport threshold 443 --quiet
            lowport threshold 1024
            as alice lowport threshold 80 --quiet || echo $?
            lowport threshold 65537 2>/dev/null || echo $?
            lowport threshold --json
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        1024
                        net.ipv4.ip_unprivileged_port_start would be 443, was 1024
                        net.ipv4.ip_unprivileged_port_start is 443, was 1024
                        443
                        # Written by lowport(8): from this port on, everybody may bind.
                        net.ipv4.ip_unprivileged_port_start = 443
                        644 root
                        net.ipv4.ip_unprivileged_port_start is 1024, was 443
                        77
                        64
                        {
                          "changed" : false,
                          "dry_run" : false,
                          "maximum" : 32768,
                          "schema" : "lowport.threshold/1",
                          "standard" : 1024,
                          "threshold" : 1024
                        }

                        """,
                    errors: """
                        warning: every user and every program may then bind ports 443-1023, TCP and UDP
                        warning: among them 443 (https), 514 (syslog), 853 (dns over tls)
                        hint: to allow single ports: lowport grant PORT --user NAME
                        lowport: cannot write /etc/sysctl.d/99-lowport.conf: permission denied
                        hint: run it as root, with sudo

                        """
                )
        )
    }

    @Test("Nobody is warned of what was not done") func warnsOfWhatWasDone() async throws {
        let outcome = try await Sandbox.run(
            "as alice lowport threshold 80 2> said || cat said; as alice lowport threshold 80 --dry-run 2>&1 | head -n 1"
        )
        #expect(
            outcome.output == """
                lowport: cannot write /etc/sysctl.d/99-lowport.conf: permission denied
                hint: run it as root, with sudo
                warning: every user and every program may then bind ports 80-1023, TCP and UDP

                """,
            "\(outcome)"
        )
    }

    @Test("A number that the kernel would not take changes nothing") func refusesWhatTheKernelWouldNotTake()
        async throws
    {
        let outcome = try await Sandbox.run(
            """
            tried() { "$@" > out 2> err && echo 0 || echo "$? $(head -1 err)"; }
            rm -f /etc/sysctl.d/99-lowport.conf
            tried lowport threshold 40000
            tried lowport threshold 40000 --dry-run
            tried lowport threshold 32769 --quiet
            tried lowport threshold 65536
            lowport threshold 40000 --json 2>/dev/null | grep status
            ls /etc/sysctl.d | grep lowport || echo no file
            lowport threshold
            tried lowport threshold 32768
            lowport threshold; tail -1 /etc/sysctl.d/99-lowport.conf
            tried lowport threshold 1024 --quiet
            echo '1500 60999' > /proc/sys/net/ipv4/ip_local_port_range
            tried lowport threshold 1501
            tried lowport threshold 1500
            tail -1 /etc/sysctl.d/99-lowport.conf
            """
        )
        #expect(
            outcome
                == Outcome(
                    status: 0,
                    output: """
                        64 lowport: 40000 is above 32768, the first port of net.ipv4.ip_local_port_range: the kernel does not take it
                        64 lowport: 40000 is above 32768, the first port of net.ipv4.ip_local_port_range: the kernel does not take it
                        64 lowport: 32769 is above 32768, the first port of net.ipv4.ip_local_port_range: the kernel does not take it
                        64 lowport: number 65536: expected a number from 0 to 65535
                          "status" : 64
                        no file
                        1024
                        0
                        32768
                        net.ipv4.ip_unprivileged_port_start = 32768
                        0
                        64 lowport: 1501 is above 1500, the first port of net.ipv4.ip_local_port_range: the kernel does not take it
                        0
                        net.ipv4.ip_unprivileged_port_start = 1500

                        """
                )
        )
    }

    /// Each system call that could change something fails in turn.
    @Test("The threshold changes in the kernel and in the file or in neither") func changesBothOrNeither() async throws
    {
        let outcome = try await Sandbox.run(
            """
            number=/proc/sys/net/ipv4/ip_unprivileged_port_start file=/etc/sysctl.d/99-lowport.conf
            failing() {
                calls=$1 when=$2; shift 2
                strace -f -qq -o /dev/null -e trace=$calls -e inject=$calls:error=EIO:when=$when \
                    lowport threshold "$@" > out 2> err && status=0 || status=$?
                echo "$calls $when: $status, $(cat $number), $(tail -1 $file 2>/dev/null || echo no file)"
                sed 's/^/    /' err; ls -A /etc/sysctl.d | grep -c 'lowport.conf[.].' || :
            }
            rm -f $file
            failing renameat,renameat2 1 500 -q
            failing fsync 1 500 -q
            failing fsync 2 500 -q
            lowport threshold 600 -q
            failing renameat,renameat2 1 500 -q
            failing fsync 2 500 -q
            mount --bind $number $number; mount -o remount,bind,ro $number
            lowport threshold 500 -q 2> err || echo "$? $(cat err)"
            tail -1 $file; ls -A /etc/sysctl.d | grep -c 'lowport.conf[.].' || :
            umount $number
            mkdir empty; mount --bind empty /etc/sysctl.d; mount -o remount,bind,ro /etc/sysctl.d
            lowport threshold 500 -q 2> err || echo "$? $(cat err)"
            cat $number
            """
        )
        #expect(outcome.errors == "")
        #expect(
            outcome.output == """
                renameat,renameat2 1: 71, 1024, no file
                    lowport: cannot write /etc/sysctl.d/99-lowport.conf: input/output error
                    the threshold is as it was before, 1024
                0
                fsync 1: 71, 1024, no file
                    lowport: cannot write /etc/sysctl.d/99-lowport.conf: input/output error
                0
                fsync 2: 71, 1024, no file
                    lowport: cannot write /etc/sysctl.d/99-lowport.conf: input/output error
                    the threshold is as it was before, 1024
                0
                renameat,renameat2 1: 71, 600, net.ipv4.ip_unprivileged_port_start = 600
                    lowport: cannot write /etc/sysctl.d/99-lowport.conf: input/output error
                    the threshold is as it was before, 600
                0
                fsync 2: 71, 600, net.ipv4.ip_unprivileged_port_start = 600
                    lowport: cannot write /etc/sysctl.d/99-lowport.conf: input/output error
                    the threshold is as it was before, 600
                0
                71 lowport: cannot write /proc/sys/net/ipv4/ip_unprivileged_port_start: read-only file system
                net.ipv4.ip_unprivileged_port_start = 600
                0
                71 lowport: cannot write /etc/sysctl.d/99-lowport.conf: read-only file system
                600

                """
        )
    }
}
