// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

/// Debian's authbind 2.1.3 beside ours.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct AuthbindDifferentialTests {
    @Test func tree() async throws { try await AuthbindComparison.check(AuthbindTreeCases.all) }
    @Test func byuidFiles() async throws { try await AuthbindComparison.check(AuthbindByuidCases.all) }
    @Test func sockets() async throws { try await AuthbindComparison.check(AuthbindSocketCases.all) }
    @Test func launcher() async throws { try await AuthbindComparison.check(AuthbindLauncherCases.all) }

    @Test func areMany() {
        let count =
            AuthbindTreeCases.all.count + AuthbindByuidCases.count + AuthbindSocketCases.all.count
            + AuthbindLauncherCases.all.count
        #expect(count >= 700)
    }
}
