// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The helper as it is installed: the static one for a bind, and the full one beside it for all else.
@Suite(.enabled(if: Privilege.isRoot && Release.isBuilt, "needs root and make build")) struct ReleaseHelperTests {
    private static let ask = "as alice bind-probe tcp4 run $H 0100007f 5100"

    private func expect(_ script: String, _ output: String) async throws {
        let outcome = try await Sandbox.run(
            """
            H=$LIBEXEC/lowport-helper
            cp \(Release.path("lowport-helper")) \(Release.path("lowport-helper-nss")) $LIBEXEC/
            setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p $H
            setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p $H-nss
            rm -r /etc/authbind
            \(script)
            """
        )
        #expect(outcome.output + outcome.errors == ByteString(output), "\(outcome)")
    }

    @Test("The small helper binds for names in the files by itself") func bindsForNamesInTheFilesByItself() async throws
    {
        try await expect(
            """
            rm $H-nss; rm -f /etc/nsswitch.conf; usermod -aG dns alice 2>/dev/null || :
            echo 'allow user alice tcp 81' > /etc/lowport/rules; echo 'allow group dns tcp 82' > /etc/lowport/rules.d/a.rules
            \(Self.ask); as bob bind-probe tcp4 run $H 0100007f 5100
            as bob bind-probe tcp4 run $H 0100007f 5200; as nobody bind-probe tcp4 run $H 0100007f 5200
            """,
            "helper ok\nhelper 1\nhelper ok\nhelper 1\n"
        )
    }

    @Test("The small helper hands over when a name is not in the files") func handsOverWhenANameIsNotInTheFiles()
        async throws
    {
        // What it hands over to is told apart by its exit status.
        try await expect(
            """
            printf '#!/bin/sh\\nexit 77\\n' > $H-nss; chmod 755 $H-nss
            echo 'allow user alice tcp 82' > /etc/lowport/rules
            echo 'allow group elsewhere tcp 81' > /etc/lowport/rules.d/a.rules
            \(Self.ask); as alice bind-probe tcp4 run $H 0100007f 5200; rm $H-nss; \(Self.ask)
            """,
            "helper 77\nhelper ok\nhelper 1\n"
        )
    }

    @Test("The full helper binds with its own privilege") func theFullOneBindsWithItsOwnPrivilege() async throws {
        // A name that the files spell in a way which only the C library reads.
        try await expect(
            """
            echo 'odd:x:001100:alice' >> /etc/group; echo 'passwd: files\ngroup: files' > /etc/nsswitch.conf
            echo 'allow group odd tcp 81' > /etc/lowport/rules; \(Self.ask)
            as nobody bind-probe tcp4 run $H 0100007f 5100
            setcap -r $H-nss; \(Self.ask)
            """,
            "helper ok\nhelper 1\nhelper 13\n"
        )
    }

    @Test("The broker is served by the full helper, also where there is no /dev/null")
    func servesTheBrokerThroughTheFullOne() async throws {
        let bind = "as alice $LIBEXEC/lowport-run --via broker bind-probe tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 82"
        try await expect(
            """
            echo 'allow user alice tcp 81' > /etc/lowport/rules
            \(bind); mount -t tmpfs -o mode=755 tmpfs /dev; \(bind)
            umount /dev; mv $H-nss $H; \(bind)
            """,
            "bind ok\nbind 1\nbind ok\nbind 1\nbind ok\nbind 1\n"
        )
    }

    /// As below chroot(2): the full helper is found where it is installed, whatever the starter says of this one's path.
    @Test func `without proc the full helper is found in its place, and nowhere else`() async throws {
        try await expect(
            """
            mount -t tmpfs -o mode=755 tmpfs /usr/local; mkdir -p /usr/local/libexec/lowport; mv $H-nss /usr/local/libexec/lowport/
            printf '#!/bin/sh\nexit 77\n' > $T/lowport-helper-nss; chmod 755 $T/lowport-helper-nss; ln -s $H $T/lowport-helper
            mount -t tmpfs -o mode=555 tmpfs /proc
            echo 'odd:x:001100:alice' >> /etc/group; echo 'passwd: files\ngroup: files' > /etc/nsswitch.conf
            echo 'allow group odd tcp 81' > /etc/lowport/rules; \(Self.ask); H=$T/lowport-helper; \(Self.ask)
            as alice $LIBEXEC/lowport-run --listen 127.0.0.1:81 sh -c 'echo $LISTEN_FDS'
            """,
            "helper ok\nhelper ok\n1\n"
        )
    }

    @Test("Without a full helper that is said") func saysSoIfThereIsNoneToServe() async throws {
        try await expect(
            "rm $H-nss; as alice $H --serve </dev/null || echo $?",
            "38\nlibauthbind's helper: no lowport-helper-nss\n"
        )
    }
}
