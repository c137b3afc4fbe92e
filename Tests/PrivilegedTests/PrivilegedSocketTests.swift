// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Sockets that a server binds at low ports: what it gets, and what it is told.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct PrivilegedSocketTests: SocketProbeSuite {
    @Test("What a rule allows, the helper binds, and nothing else") func bindsByRule() async throws {
        try await expect(
            """
            lowport grant 80 --user alice >/dev/null; lowport grant 53 --protocol udp --user bob >/dev/null
            as alice socket-probe listen 0.0.0.0:80 tcp:80 [::]:80 127.0.0.1:80 [::1]:80 8080
            as bob socket-probe listen udp:53
            as bob socket-probe listen tcp:53 || echo $?
            """,
            """
            tcp:0.0.0.0:80 helper listening
            tcp:[::]:80 helper listening
            tcp:[::]:80 helper listening
            tcp:127.0.0.1:80 helper listening
            tcp:[::1]:80 helper listening
            tcp:[::]:8080 native listening
            udp:[::]:53 helper bound
            cannot listen on tcp:53: user bob cannot bind tcp 53 on [::]: /etc/lowport/rules:2 is for udp \
            (to make it work: sudo lowport grant 53 --user bob)
            1

            """
        )
    }

    @Test("What the kernel allows, the process binds by itself") func bindsNatively() async throws {
        try await expect(
            """
            setpriv --reuid alice --regid alice --clear-groups --inh-caps +net_bind_service \\
                --ambient-caps +net_bind_service socket-probe listen 80
            lowport grant 80 --user alice >/dev/null
            for engine in broker preload; do as alice lowport run --via $engine socket-probe listen 80; done
            rm $LIBEXEC/lowport-helper
            echo 80 > /proc/sys/net/ipv4/ip_unprivileged_port_start
            as alice socket-probe listen 80
            as alice socket-probe listen 79 >/dev/null || echo $?
            """,
            """
            tcp:[::]:80 native listening
            tcp:[::]:80 native listening
            tcp:[::]:80 native listening
            tcp:[::]:80 native listening
            1

            """
        )
    }

    @Test("A refusal has a remedy that helps", arguments: ["80", "127.0.0.1:81", "udp:[::1]:53"])
    func remedyHelps(address: String) async throws {
        let outcome = try await Sandbox.run(
            Self.prelude + """
                for user in alice bob; do
                    as $user socket-probe remedies '\(address)' > answer
                    head -n 1 answer | cut -d ' ' -f 1,2
                    # Whoever has read the answer types it.
                    sed -n 's/^- sudo //p' answer > remedy; wc -l < remedy
                    sh -e remedy > /dev/null
                    as $user socket-probe listen '\(address)' | cut -d ' ' -f 2
                done
                """
        )
        #expect(outcome.output == "refused 1\n1\nhelper\nrefused 1\n1\nhelper\n", "\(outcome)")
    }

    @Test("Each obstacle of the helper is named, with what removes it") func namesObstacles() async throws {
        try await expect(
            """
            lowport grant 80 --user alice >/dev/null
            show() { "$@" | sed -n '1s/ .*//; 2p; 3p; 1p'; }
            show as alice setpriv --no-new-privs socket-probe remedies 80
            show setpriv --reuid alice --regid alice --clear-groups --bounding-set -net_bind_service socket-probe remedies 80
            setcap -r $LIBEXEC/lowport-helper; show as alice socket-probe remedies 80
            as alice socket-probe remedies 80 | sed -n 's/^- sudo //p' | head -n 1 | sh -e; as alice socket-probe listen 80
            chmod 700 $LIBEXEC/lowport-helper; show as alice socket-probe remedies 80
            rm $LIBEXEC/lowport-helper; show as alice socket-probe remedies 80
            """,
            """
            refused
            user alice cannot bind tcp 80 on [::]: it is allowed, but no_new_privs keeps the helper from having any privilege
            - sudo lowport enforce enable
            refused
            user alice cannot bind tcp 80 on [::]: it is allowed, but CAP_NET_BIND_SERVICE is outside the bounding set here
            - sudo lowport enforce enable
            refused
            user alice cannot bind tcp 80 on [::]: it is allowed, but the helper of Lowport is not installed with its privilege
            - sudo setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p /usr/libexec/lowport/lowport-helper
            tcp:[::]:80 helper listening
            refused
            user alice cannot bind tcp 80 on [::]: it is allowed, but the helper cannot be started: permission denied
            - sudo chmod 755 /usr/libexec/lowport/lowport-helper
            refused
            user alice cannot bind tcp 80 on [::]: it is allowed, but the helper is not installed
            - sudo make install

            """
        )
    }

    /// The trap: on a socket that nobody has bound, listen(2) has the kernel choose a port.
    @Test("A helper that does not do its work leaves no listening socket") func believesNoHelper() async throws {
        try await expect(
            """
            try() { printf '#!/bin/sh\\n%s\\n' "$1" > $LIBEXEC/lowport-helper; as alice socket-probe remedies 80 > answer || true
                head -n 1 answer; ss -Hltn | wc -l; }
            lowport grant 80 --user alice >/dev/null
            # The helper outlives the process that waits for it, which would have its status otherwise.
            orphan='kill -9 $PPID; while kill -0 $PPID 2>&-; do :; done'
            try 'exit 0'; try 'kill -9 $$'; try "$orphan"; try 'exit 126'; try 'sleep 0.1; exit 13'
            """,
            """
            refused 38 tcp:80
            0
            refused 38 tcp:80
            0
            refused 10 tcp:80
            0
            refused 126 tcp:80
            0
            refused 13 tcp:80
            0

            """
        )
    }

    @Test("Who has the port is named, as far as it may be seen") func namesHolders() async throws {
        try await expect(
            """
            lowport grant 80 --user alice >/dev/null; lowport grant 80 --user bob >/dev/null
            mkfifo end began; as alice socket-probe hold 80 < end > began &
            exec 9> end; head -n 1 < began
            show() { "$@" | sed -E 's/process [0-9]+/process PID/; s/^- systemctl status [^ ]+ .*/- stop socket-probe, which is of no service of the system, or use another port/'; }
            show as alice socket-probe remedies 127.0.0.1:80
            show as bob socket-probe remedies [::]:80
            exec 9>&-; wait; as bob socket-probe listen 80
            """,
            """
            ready 1
            taken 98 tcp:127.0.0.1:80
            the port is taken on [::]:80 by process PID (socket-probe)
            - stop socket-probe, which is of no service of the system, or use another port
            held by socket-probe true
            taken 98 tcp:[::]:80
            the port is taken on [::]:80 by a process of alice
            - sudo ss -Hlntp 'sport = :80' names the process that has the port, and systemctl status PID its service: stop \
            that service, or that program, or use another port
            tcp:[::]:80 helper listening

            """
        )
    }

    @Test("An address that the machine does not have is a system error") func namesOtherErrors() async throws {
        try await expect(
            "lowport grant 80 --user alice >/dev/null; as alice socket-probe remedies 192.0.2.1:80; "
                + "as alice socket-probe remedies 192.0.2.1:8080",
            """
            system 99 tcp:192.0.2.1:80
            cannot assign requested address
            system 99 tcp:192.0.2.1:8080
            cannot assign requested address

            """
        )
    }

    @Test("Without IPv6, all addresses are those of IPv4") func worksWithoutIPv6() async throws {
        try await expect(
            """
            for place in all default lo; do echo 1 > /proc/sys/net/ipv6/conf/$place/disable_ipv6; done
            lowport grant 80 --user alice >/dev/null
            as alice socket-probe listen 80 0.0.0.0:80; as alice socket-probe listen [::1]:80 || true
            cat > without.py <<'END'
            import errno, os, seccomp, socket, sys
            filter = seccomp.SyscallFilter(seccomp.ALLOW)
            is_ipv6 = seccomp.Arg(0, seccomp.EQ, socket.AF_INET6)
            filter.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", is_ipv6)
            filter.load()
            os.execvp(sys.argv[1], sys.argv[1:])
            END
            /usr/bin/python3 without.py socket-probe listen 80 udp:53
            /usr/bin/python3 without.py socket-probe listen [::]:80 || true
            /usr/bin/python3 without.py socket-probe options 80 v6only < /dev/null || true
            activate '' tcp,0.0.0.0,80 -- $ALICE /usr/bin/python3 without.py socket-probe listen 80
            activate '' tcp,0.0.0.0,80 -- $ALICE /usr/bin/python3 without.py socket-probe inherited at=80
            """,
            """
            tcp:[::]:80 helper listening
            tcp:0.0.0.0:80 helper listening
            cannot listen on tcp:[::1]:80: cannot assign requested address
            tcp:0.0.0.0:80 native listening
            udp:0.0.0.0:53 native bound
            cannot listen on tcp:[::]:80: address family not supported by protocol
            cannot listen on tcp:80: address family not supported by protocol
            tcp:0.0.0.0:80 inherited listening
            at=80 "" tcp:0.0.0.0:80 listening
            environment []

            """
        )
    }
}
