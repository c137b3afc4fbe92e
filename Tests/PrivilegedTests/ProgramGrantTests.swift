// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport grant PORTS --program FILE`: the capability, the rule and the confinement together.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProgramGrantTests: KernelSuite {
    private static let prelude: ByteString = """
        python=$(readlink -f /usr/bin/python3); P=/usr/local/bin; mount -t tmpfs -o mode=755 tmpfs $P
        cp $python $P/server
        ask() { as alice $P/server bind.py 127.0.0.1 $1 tcp; }

        """

    @Test("All of it is granted, and revoked with the last port") func grantsAndRevokes() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    enable; lowport grant 80,443 --program $P/server; getcap $P/server; ask 80; ask 443; ask 81
                    lowport grant 80 --program $P/server; lowport grant 82 --program $P/server -q; ask 82
                    lowport revoke 80,82 --program $P/server -q; ask 443; ask 80; getcap $P/server
                    lowport revoke 443 --program $P/server -n; lowport revoke 443 --program $P/server
                    cat /etc/lowport/rules; getcap $P/server; ask 443; lowport enforce status | grep confined
                    """
            ),
            """
            added: allow program /usr/local/bin/server tcp 80,443
            added: confine program /usr/local/bin/server
            added: cap_net_bind_service=ep /usr/local/bin/server
            /usr/local/bin/server cap_net_bind_service=ep
            bound
            bound
            EPERM
            unchanged
            bound
            bound
            EPERM
            /usr/local/bin/server cap_net_bind_service=ep
            would be removed: cap_net_bind_service=ep /usr/local/bin/server
            would be removed: allow program /usr/local/bin/server tcp 443
            would be removed: confine program /usr/local/bin/server
            removed: cap_net_bind_service=ep /usr/local/bin/server
            removed: allow program /usr/local/bin/server tcp 443
            removed: confine program /usr/local/bin/server
            # See lowport.rules(5).
            EACCES
            confined: nobody

            """
        )
    }

    @Test("Without the kernel engine it is refused, and what fails is undone") func isAllOrNothing() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    lowport grant 80 --program $P/server 2> err || echo "status $?"; head -1 err; getcap $P/server
                    [ ! -e /etc/lowport/rules ] || cat /etc/lowport/rules
                    enable
                    unshare -m sh -c "mount -o remount,bind,ro $P; lowport grant 80 --program $P/server" 2> err || echo "status $?"
                    head -1 err; grep program /etc/lowport/rules || :; getcap $P/server; ask 80
                    lowport enforce disable; lowport grant 80 --program $P/server --every-port -q; getcap $P/server
                    """
            ),
            """
            status 69
            lowport: the kernel engine is not enabled here: the capability would let every user of /usr/local/bin/server bind every low port
            status 71
            lowport: cannot change the capabilities of /usr/local/bin/server: read-only file system
            EACCES
            /usr/local/bin/server cap_net_bind_service=ep

            """
        )
    }
}
