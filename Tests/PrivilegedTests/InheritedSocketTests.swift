// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Sockets that are passed on to a server, and what it tells the service manager.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct InheritedSocketTests: SocketProbeSuite {
    @Test("Each is taken once: by name, by address, or in order") func takesEachOnce() async throws {
        try await expect(
            """
            activate http:dns:sock tcp,0.0.0.0,80 udp,::,53 unix,name,0 -- \\
                socket-probe inherited name=dns at=0.0.0.0:80 name=dns next next
            activate '' tcp,::,80 -- socket-probe inherited at=80 at=80
            activate '' tcp6,::,80 -- socket-probe inherited at=80 at=[::]:80
            """,
            """
            name=dns "dns" udp:[::]:53 bound
            at=0.0.0.0:80 "http" tcp:0.0.0.0:80 listening
            name=dns none
            next "sock" no address bound
            next none
            environment []
            at=80 "" tcp:[::]:80 listening
            at=80 none
            environment []
            at=80 none
            at=[::]:80 "" tcp:[::]:80 listening
            environment []

            """
        )
    }

    @Test("What is not for this process, or not true, gives nothing") func believesNotEverything() async throws {
        try await expect(
            """
            activate '' tcp,127.0.0.1,80 -- env LISTEN_PID=1 socket-probe inherited next
            for number in 5 x; do
                MORE=LISTEN_PIDFDID=$number activate '' tcp,127.0.0.1,80 -- socket-probe inherited next | head -n 1
            done
            activate '' tcp,127.0.0.1,80 -- env LISTEN_FDS=2 socket-probe inherited next || echo $?
            activate '' tcp,127.0.0.1,80 -- env LISTEN_FDS=-1 socket-probe inherited next || echo $?
            activate '' tcp,127.0.0.1,80 -- env LISTEN_FDS=0 socket-probe inherited next
            """,
            """
            next none
            environment ["FDS", "PID"]
            next none
            next none
            cannot listen on descriptor 4: LISTEN_FDS promises it: bad file descriptor
            1
            cannot listen on LISTEN_FDS: it is not a number of descriptors
            1
            next none
            environment ["FDS", "PID"]

            """
        )
    }

    @Test("A server that asks for the address gets the socket that is passed on, without a helper")
    func listensOnWhatIsPassedOn() async throws {
        try await expect(
            """
            rm $LIBEXEC/lowport-helper
            activate http tcp,::,80 -- $ALICE socket-probe listen 80
            activate http:s tcp,127.0.0.1,80 tcp,::1,80 -- $ALICE socket-probe listen [::1]:80 127.0.0.1:80
            activate http udp,::,53 -- $ALICE socket-probe listen udp:53
            # Another address, and another protocol, are not what was asked for.
            activate http tcp,127.0.0.2,80 -- $ALICE socket-probe listen 127.0.0.1:80 > /dev/null || echo $?
            activate http tcp,::,80 -- $ALICE socket-probe listen udp:80 > /dev/null || echo $?
            # A connection is no listener, and is there for whoever asks for it.
            activate http accepted,127.0.0.1,80 -- socket-probe inherited at=127.0.0.1:80 name=http
            """,
            """
            tcp:[::]:80 inherited listening
            tcp:[::1]:80 inherited listening
            tcp:127.0.0.1:80 inherited listening
            udp:[::]:53 inherited bound
            1
            1
            at=127.0.0.1:80 none
            name=http "http" tcp:127.0.0.1:80 bound
            environment []

            """
        )
    }

    @Test("systemd passes on a socket") func systemd() async throws {
        try await expect(
            """
            (systemd-socket-activate -l 127.0.0.1:80 --fdname=web $ALICE socket-probe listen 127.0.0.1:80 2>/dev/null
             systemd-socket-activate -l 127.0.0.1:81 --fdname=web $ALICE socket-probe inherited name=web 2>/dev/null) &
            for port in 80 81; do
                python3 -c '
            import socket, sys, time
            while True:
                try:
                    socket.create_connection(("127.0.0.1", int(sys.argv[1])))
                    break
                except ConnectionRefusedError: time.sleep(0.05)' $port
            done
            wait
            """,
            """
            tcp:127.0.0.1:80 inherited listening
            name=web "web" tcp:127.0.0.1:81 listening
            environment []

            """
        )
    }

    @Test("lowport-run passes on a socket that its user may bind") func run() async throws {
        try await expect(
            "lowport grant 80 --user alice >/dev/null; "
                + "as alice $LIBEXEC/lowport-run --listen 80 socket-probe listen 80",
            "tcp:[::]:80 inherited listening\n"
        )
    }

    @Test("The service manager is told, at a path and at an abstract name") func notifies() async throws {
        try await expect(
            """
            cat > manager.py <<'END'
            import os, socket, subprocess, sys
            place = sys.argv[1]
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(place.replace("@", "\\0"))
            more = dict(os.environ, NOTIFY_SOCKET=place, WATCHDOG_USEC="200000")
            p = subprocess.Popen(["socket-probe", "notify", "wait"], stdin=subprocess.PIPE, env=more)
            seen = []
            while seen.count("WATCHDOG=1") < 3: seen.append(s.recv(1000).decode())
            p.stdin.close()
            p.wait()
            while seen[-1] != "STOPPING=1": seen.append(s.recv(1000).decode())
            print([text.split("USEC=")[0] for text in seen if text != "WATCHDOG=1"], p.returncode)
            END
            python3 manager.py @lowport-test; python3 manager.py $T/socket
            socket-probe notify
            NOTIFY_SOCKET=vsock:2:3 socket-probe notify || echo $?
            NOTIFY_SOCKET=/nowhere WATCHDOG_USEC=1000000 WATCHDOG_PID=1 socket-probe notify || echo $?
            """,
            """
            wanted true timeout 0.2 seconds
            ['READY=1', 'STATUS=two\\\\nlines', 'RELOADING=1\\nMONOTONIC_', 'MAINPID=77', 'STOPPING=1'] 0
            wanted true timeout 0.2 seconds
            ['READY=1', 'STATUS=two\\\\nlines', 'RELOADING=1\\nMONOTONIC_', 'MAINPID=77', 'STOPPING=1'] 0
            wanted false timeout none
            wanted true timeout none
            cannot notify vsock:2:3: only paths and abstract names are supported
            1
            wanted true timeout none
            cannot notify /nowhere: no such file or directory
            1

            """
        )
    }
}
