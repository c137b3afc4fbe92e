// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Low ports in servers as they are: with threads, children, signals, options and descriptors of their own.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct SocketSurroundingsTests: SocketProbeSuite {
    @Test("From 32 threads at once, each gets its port") func threads() async throws {
        try await expect(
            """
            lowport grant 100-131 --user alice >/dev/null
            as alice socket-probe threads 32 100
            as alice socket-probe threads 32 116 | sed 's/: user.*//' | sort | head -n 2
            """,
            """
            32 helper true
            1 cannot listen on tcp:127.0.0.1:132
            1 cannot listen on tcp:127.0.0.1:133

            """
        )
    }

    @Test("In an actor") func actor() async throws {
        try await expect(
            "lowport grant 80 --user alice >/dev/null; as alice socket-probe actor 80",
            "tcp:[::]:80 helper\n"
        )
    }

    @Test("The signals, the mask and the other children of the program are as before") func children() async throws {
        try await expect(
            """
            lowport grant 80 --user alice >/dev/null
            as alice socket-probe counting-children 80
            as alice socket-probe ignoring-children 80
            """,
            """
            tcp:[::]:80 helper listening
            signals 0 other child untouched
            status kept true
            children left 0
            blocked []
            tcp:[::]:80 helper listening

            """
        )
    }

    @Test("With the standard descriptors closed, the socket gets none of their numbers") func standardDescriptors()
        async throws
    {
        try await expect(
            """
            lowport grant 80 --user alice >/dev/null
            as alice socket-probe without-standard 80
            as alice socket-probe without-standard 8080
            """,
            "tcp:[::]:80 helper true\nfree [0, 1, 2]\ntcp:[::]:8080 native true\nfree [0, 1, 2]\n"
        )
    }

    @Test("The options have their effect") func options() async throws {
        try await expect(
            """
            lowport grant 80-81 --user alice >/dev/null; lowport grant 53 --protocol udp --user alice >/dev/null
            reach() { python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], 80))' $1 2>/dev/null &&
                echo "$1 reached" || echo "$1 refused"; }
            try() {
                rm -f end began; mkfifo end began; as alice socket-probe options "$@" < end > began &
                exec 9> end; sed "$lines q" < began; ss -Hltun sport = :80 or sport = :53 | awk '{print $1, $2, $4, $5}'
                case $1 in *80) reach 127.0.0.1; reach ::1;; esac
                exec 9>&-; wait
            }
            lines=1; try [::]:80 backlog; try 80 v6only; try 0.0.0.0:80
            lines=2; try 127.0.0.1:80 reuseport; try udp:53 reuseport
            """,
            """
            tcp:[::]:80 helper listening
            tcp LISTEN 7 *:80
            127.0.0.1 reached
            ::1 reached
            tcp:[::]:80 helper listening
            tcp LISTEN 4096 [::]:80
            127.0.0.1 refused
            ::1 reached
            tcp:0.0.0.0:80 helper listening
            tcp LISTEN 4096 0.0.0.0:80
            127.0.0.1 reached
            ::1 refused
            tcp:127.0.0.1:80 helper listening
            tcp:127.0.0.1:80 helper listening
            tcp LISTEN 4096 127.0.0.1:80
            tcp LISTEN 4096 127.0.0.1:80
            127.0.0.1 reached
            ::1 refused
            udp:[::]:53 helper bound
            udp:[::]:53 helper bound
            udp UNCONN 0 *:53
            udp UNCONN 0 *:53

            """
        )
    }

    @Test("A port is free again while connections of the last listener end") func reuse() async throws {
        try await expect(
            """
            lowport grant 80 --user alice >/dev/null
            cat > once.py <<'END'
            import socket
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("0.0.0.0", 80)); s.listen()
            c = socket.create_connection(("127.0.0.1", 80)); a, _ = s.accept()
            a.close(); c.recv(1); c.close(); s.close()
            END
            python3 once.py; ss -Htan state time-wait sport = :80 | wc -l
            as alice socket-probe listen 0.0.0.0:80
            """,
            "1\ntcp:0.0.0.0:80 helper listening\n"
        )
    }
}
