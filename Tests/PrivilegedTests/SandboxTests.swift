// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The sandbox that the other privileged tests trust.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct SandboxTests {
    @Test("The sandbox is private") func isPrivate() async throws {
        let outcome = try await Sandbox.run(
            """
            as bob id
            ls /etc/authbind
            ip -br link | cut -d' ' -f1
            setcap -v cap_dac_read_search,cap_setpcap,cap_net_bind_service=p $LIBEXEC/lowport-helper | sed s,.*:,:,
            touch /etc/lowport/rules.d/private-to-this-test
            """
        )
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                uid=1002(bob) gid=1002(bob) groups=1002(bob),1100(dns)
                byaddr
                byport
                byuid
                lo
                : OK

                """
        )
        #expect(throws: Errno.noSuchFile) { try FileStatus(of: "/etc/lowport/rules.d/private-to-this-test") }
    }
}
