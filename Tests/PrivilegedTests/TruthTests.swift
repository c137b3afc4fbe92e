// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What `explain` and `can-bind` say is what happens, and what `explain` proposes helps.
///
/// The situations are in Tests/Truth, a script for each group; tools.sh says how one is written. In each, both are asked as
/// the user, the program is started, and then the remedies are carried out in order until it binds its port. Those of services are in units.py.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct TruthTests {
    /// The groups, with the number of situations in each.
    static let groups: [(String, Int)] = [
        ("programs", 59), ("users", 44), ("network", 29), ("rules", 46), ("filters", 35), ("kernel", 25), ("units", 68),
    ]

    @Test(arguments: groups)
    func `what is said is what happens`(_ group: String, _ count: Int) async throws {
        let directory = "\(Release.repository)/Tests/Truth"
        let outcome = try await KernelSandbox.run(
            """
            TRUTH=\(ByteString(directory))
            . $TRUTH/tools.sh
            . $TRUTH/\(ByteString(group)).sh
            """
        )
        let lines = outcome.output.split(on: UInt8(ascii: "\n")).filter { !$0.isEmpty }
        #expect(lines.filter { !$0.hasPrefix("ok ") }.isEmpty, "\(outcome)")
        #expect(lines.count == count, "\(outcome)")
        #expect(outcome.status == 0, "\(outcome)")
    }
}
