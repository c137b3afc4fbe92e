// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

/// Debian's authbind 2.1.3 beside ours.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct AuthbindDifferentialTests {
    /// The helper of this build, and the one that is installed if there is one.
    private static let builds = Release.isBuilt ? [false, true] : [false]

    @Test(arguments: builds) func tree(release: Bool) async throws {
        try await AuthbindComparison.check(AuthbindTreeCases.all, release: release)
    }

    @Test(arguments: builds) func byuidFiles(release: Bool) async throws {
        try await AuthbindComparison.check(AuthbindByuidCases.all, release: release)
    }

    @Test(arguments: builds) func sockets(release: Bool) async throws {
        try await AuthbindComparison.check(AuthbindSocketCases.all, release: release)
    }

    @Test func bugs() async throws { try await AuthbindComparison.check(AuthbindBugCases.all) }
    @Test func launcher() async throws { try await AuthbindComparison.check(AuthbindLauncherCases.all) }

    @Test func areMany() {
        let count =
            AuthbindTreeCases.all.count + AuthbindByuidCases.count + AuthbindSocketCases.all.count
            + AuthbindBugCases.all.count + AuthbindLauncherCases.all.count
        #expect(count >= 700)
    }
}
