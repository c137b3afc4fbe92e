// SPDX-License-Identifier: Apache-2.0
import Linux
import TestSupport
import Testing

@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct SandboxTests {
    @Test func isPrivate() async throws {
        let outcome = try await Sandbox.run("as alice id; ls /etc/authbind; ip -br link; $BIN/nc a; getcap $LIBEXEC/*")
        #expect(outcome == Outcome(status: 0, output: ""))
    }
}
