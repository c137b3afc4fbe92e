// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Sockets that are handed over, the ambient capability, and the choice between engines.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct RunEngineTests: SandboxSuite {
    static let prelude = """
        for p in 80 53; do touch /etc/authbind/byport/$p; chmod 755 /etc/authbind/byport/$p; done
        RUN=$LIBEXEC/lowport-run

        """

    @Test("Sockets are handed over") func handsOverSockets() async throws {
        try await expect(
            """
            cat > fds.py <<'END'
            import os, socket
            print(os.environ["LISTEN_FDS"], int(os.environ["LISTEN_PID"]) == os.getpid(), os.environ["LISTEN_FDNAMES"])
            print(repr(open("/proc/self/task/%d/children" % os.getpid()).read()))
            for fd in (3, 4, 5):
                s = socket.socket(fileno=fd)
                print(s.type.name, s.getsockname()[:2], s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
            END
            as alice $RUN --listen 80 --listen udp:53 --listen 127.0.0.1:8080 /usr/bin/python3 fds.py
            """,
            """
            3 True tcp-80:udp-53:tcp-8080
            ''
            SOCK_STREAM ('::', 80) 1
            SOCK_DGRAM ('::', 53) 0
            SOCK_STREAM ('127.0.0.1', 8080) 1

            """
        )
    }

    @Test("Only what is allowed is handed over") func handsOverOnlyWhatIsAllowed() async throws {
        try await expect(
            "as alice $RUN --listen 79 true 2>&1 || echo $?; as alice $RUN --listen 0 true >/dev/null 2>&1 || echo $?",
            "lowport-run: cannot listen on tcp-79: operation not permitted\n125\n125\n"
        )
    }

    @Test("The program starts with the ambient capability alone") func startsWithTheAmbientCapabilityAlone()
        async throws
    {
        try await expect(
            """
            $RUN --via ambient --user bob sh -c 'id -u; id -Gn; grep -E "^Cap(Inh|Prm|Eff|Bnd|Amb)" /proc/self/status | cut -f 2 | uniq'
            $RUN --via ambient --user bob sh -c "exec $BIN/bind-probe tcp4 bind 127.0.0.1 79"
            as alice $RUN --via ambient --user bob true 2>/dev/null || echo $?
            $RUN --via ambient --user nobody-there true 2>/dev/null || echo $?
            """,
            "1002\nbob dns\n0000000000000400\nbind ok\n125\n125\n"
        )
    }

    @Test("The engine is chosen, and why is said") func choosesAndSaysWhy() async throws {
        try await expect(
            """
            printf '#!/usr/bin/env bind-probe\\n' > script; chmod 755 script
            cp /usr/bin/busybox static; cp $BIN/bind-probe privileged; setcap cap_net_raw=p privileged
            for program in bind-probe ./script ./static ./privileged nonexistent; do
                as alice authbind --verbose $program 2>&1 >/dev/null | head -n 1
            done
            as alice $RUN --verbose true 2>&1
            as alice setpriv --no-new-privs $RUN --verbose true 2>&1
            """,
            """
            authbind: bind-probe: preload: it is dynamically linked
            authbind: ./script: broker: it is started by env, which the library does not outlast
            authbind: ./static: broker: it is statically linked
            authbind: ./privileged: preload: it gains privileges, which it would not under the broker; it is not reached
            authbind: nonexistent: preload: the program is not to be found
            lowport-run: true: broker: it reaches whatever the program starts
            lowport-run: true: preload: this process may not gain privileges, and so the helper cannot help
            lowport-run: true: no low port can be granted: no_new_privs keeps the helper from having any privilege
            hint: in a container, allow new privileges (Docker: without --security-opt no-new-privileges; Kubernetes: \
            allowPrivilegeEscalation: true); or let the host decide: sudo lowport enforce enable

            """
        )
    }

    @Test func `whatever the starter does about SIGCHLD, the broker works, and no signal is left to the program`()
        async
        throws
    {
        try await expect(
            """
            cat > chld.py <<'END'
            import os, signal, sys
            if sys.argv[1] == "ignored": signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            if sys.argv[1] == "blocked": signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
            os.execvp(sys.argv[2], sys.argv[2:])
            END
            for action in ignored blocked; do
                for place in beside above; do
                    as alice /usr/bin/python3 chld.py $action $LIBEXEC/lowport-run --via broker --supervisor $place \
                        grep -E '^(SigPnd|ShdPnd|SigBlk)' /proc/self/status | cut -f 2 | xargs
                done
                as alice /usr/bin/python3 chld.py $action $LIBEXEC/lowport-run --listen 127.0.0.1:80 \
                    grep ShdPnd /proc/self/status | cut -f 2
            done
            """,
            """
            0000000000000000 0000000000000000 0000000000000000
            0000000000000000 0000000000000000 0000000000000000
            0000000000000000
            0000000000000000 0000000000000000 0000000000010000
            0000000000000000 0000000000000000 0000000000010000
            0000000000000000

            """
        )
    }
}
