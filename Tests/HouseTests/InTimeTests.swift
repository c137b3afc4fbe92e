// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// A part of CI fails if it fails, and counts as not tried only if its time was over (`Scripts/in-time`).
@Suite struct InTimeTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scripts/in-time").path

    private func status(of command: ByteString, secondsLeft: Int?) async throws -> Int {
        let deadline = secondsLeft.map { "\(Int(Date().timeIntervalSince1970) + $0)" } ?? ""
        let outcome = try await run(
            Self.script,
            ["it", "sh", "-c", command],
            environment: ["LOWPORT_DEADLINE": deadline]
        )
        return outcome.status
    }

    /// 124 and 137 are those of timeout(1), too.
    @Test(arguments: [0, 1, 75, 124, 137], [nil, 3600])
    func `a command has its own status`(_ expected: Int, _ left: Int?) async throws {
        #expect(try await status(of: "exit \(expected)", secondsLeft: left) == expected)
    }

    @Test func `without time it is not run`() async throws {
        #expect(try await status(of: "exit 1", secondsLeft: 30) == 75)
    }
}
