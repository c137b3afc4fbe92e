// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// IPv4-mapped addresses, which programs with sockets of IPv6 bind like any other.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct MappedAddressTests: SandboxSuite {
    static let prelude = """
        cat > bind.py <<'END'
        import os, socket, sys
        listener = socket.socket(fileno=3) if "LISTEN_FDS" in os.environ else socket.socket(socket.AF_INET6)
        if "LISTEN_FDS" not in os.environ: listener.bind((sys.argv[1], int(sys.argv[2])))
        print(listener.getsockname()[:2])
        END
        M=::ffff:127.0.0.1

        """

    @Test("What is said of them, and what binds them") func areBound() async throws {
        try await expect(
            """
            lowport grant 80 --user alice --on 127.0.0.1 > /dev/null
            for engine in broker preload; do as alice lowport run --via $engine /usr/bin/python3 bind.py $M 80; done
            as alice lowport run --listen "[$M]:80" /usr/bin/python3 bind.py
            as alice lowport can-bind 80 --on $M; echo $?; as alice lowport explain 80 --on $M | head -1
            as alice lowport explain 8080 --on $M | head -1; lowport explain 80 --on $M | head -1
            as alice lowport can-bind 81 --on $M || echo $?
            """,
            """
            ('::ffff:127.0.0.1', 80)
            ('::ffff:127.0.0.1', 80)
            ('::ffff:127.0.0.1', 80)
            0
            user alice can bind tcp 80 on [::ffff:127.0.0.1] by rule /etc/lowport/rules:1, started with lowport run or authbind
            user alice can bind tcp 8080 on [::ffff:127.0.0.1]: the port needs no privilege here
            user root can bind tcp 80 on [::ffff:127.0.0.1]: root has CAP_NET_BIND_SERVICE
            1

            """
        )
    }
}
