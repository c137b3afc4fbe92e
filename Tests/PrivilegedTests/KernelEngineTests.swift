// SPDX-License-Identifier: Apache-2.0
import Linux
import TestSupport
import Testing

/// The kernel's own decisions, in a control group of the test's own, below the root of the hierarchy of version 2.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized)
struct KernelEngineTests {
    private func enforced(_ script: ByteString) async throws -> Outcome { try await KernelSandbox.run(script) }

    private func expect(_ outcome: Outcome, _ lines: ByteString, _ location: SourceLocation = #_sourceLocation) {
        #expect(outcome.output == lines, "\(outcome)", sourceLocation: location)
        #expect(outcome.status == 0, "\(outcome)", sourceLocation: location)
    }

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
            policy: 1 entries
            binds: 1 granted, 1 left to the kernel, 0 refused
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
            unit="\(ByteString(Release.repository))/Packaging/systemd/lowport-enforce.service"
            words=$(sed -n 's/^CapabilityBoundingSet=//p' "$unit" | tr A-Z a-z | sed 's/cap_/+/g; s/ /,/g')
            as_service() { setpriv --bounding-set "-all,$words" --no-new-privs lowport enforce "$@"; }
            echo 'allow user alice tcp 80 on ::/0' > /etc/lowport/rules
            as_service enable --cgroup "$G"; try_bind alice :: 80 only
            echo 'allow user alice tcp 80' > /etc/lowport/rules
            as_service reload; try_bind alice :: 80
            as_service status | grep -c enabled; as_service disable; try_bind alice :: 80
            """
        )
        expect(outcome, "bound\nbound\n1\nEACCES\n")
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
            cp $BIN/lowport $T/; enforce() { unshare --mount sh -c 'umount -l "$0"; exec '$T'/lowport enforce enable' "$H"; }
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
            sed -E 's/^[^ ]+ //; s/pid [0-9]+/pid N/' log
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
            granted uid 1001 (python3, pid N) tcp [::]:80 by /etc/lowport/rules:2
            granted uid 1001 (python3, pid N) tcp 127.0.0.1:80 by /etc/lowport/rules:2
            /etc/lowport/rules 2

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
            sleep 1
            lowport log 2> /dev/null || echo "status $?"
            try_bind alice 127.0.0.1 80
            sleep 1
            grep -c granted log
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
            import os, socket, time
            end, wrong, count = time.time() + 4, 0, 0
            while time.time() < end:
                for port, allowed in ((80, True), (81, False)):
                    s = socket.socket()
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    try:
                        s.bind(("127.0.0.1", port)); wrong += not allowed
                    except PermissionError:
                        wrong += allowed
                    s.close(); count += 1
            print("wrong", wrong, "enough", count > 1000)
            END
            as alice /usr/bin/python3 storm.py &
            storm=$!
            n=0
            while kill -0 $storm 2> /dev/null; do
                lowport enforce reload; n=$((n + 1))
            done
            wait $storm
            [ $n -ge 20 ] && echo switched
            """
        )
        expect(outcome, "wrong 0 enough True\nswitched\n")
    }
}
