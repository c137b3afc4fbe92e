// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import LowportPolicy
import LowportPolicyInventory
import Testing

/// Rules that are read while somebody writes them.
@Suite final class RulesSnapshotTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "lowport-\(UUID().uuidString)").path
    private let store: RuleStore
    private var rules: String { root + "/etc/lowport/rules" }

    init() throws {
        store = RuleStore(root: ByteString(root), owner: CurrentProcess.effectiveUser)
        for directory in ["", "/etc", "/etc/lowport", "/etc/lowport/rules.d"] {
            try FileManager.default.createDirectory(atPath: root + directory, withIntermediateDirectories: false)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root + directory)
        }
        try Data("confine everyone\n".utf8).write(to: URL(filePath: rules))
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    @Test("A writer is waited for") func aWriterIsWaitedFor() async throws {
        // In the middle of writing: all of it is away, and something else is not there yet.
        let writer = unsafe open(rules, O_WRONLY | O_TRUNC)
        let hurried = store.settled(patience: Milliseconds(rawValue: 400))
        #expect(hurried.unsettled.contains { $0.hasSuffix("/etc/lowport/rules") })
        #expect(hurried.contents.files.map(\.content) == [[]])
        // On threads of their own: those of the tests may all be busy.
        let store = store
        let settled = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: store.settled(patience: .seconds(60))) }
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 0.05)
                let text = "confine everyone\nconfine root\n"
                _ = unsafe write(writer, text, text.utf8.count)
                close(writer)
            }
        }
        #expect(settled.unsettled.isEmpty)
        #expect(settled.contents.files.map(\.confinements.count) == [2])
    }

    @Test("What changed a moment ago is read again") func whatChangedAMomentAgoIsReadAgain() throws {
        // Between two changes of a file that its editor replaces, it is not there.
        try FileManager.default.removeItem(atPath: rules)
        let hurried = store.settled(patience: Milliseconds(rawValue: 0), moment: .seconds(3600))
        #expect(hurried.unsettled.contains { $0.hasSuffix("/etc/lowport") } && hurried.contents.files.isEmpty)
        #expect(store.settled(moment: Milliseconds(rawValue: 300)).unsettled.isEmpty)
        // After that moment nothing is waited for.
        #expect(store.settled(patience: Milliseconds(rawValue: 0), moment: Milliseconds(rawValue: 1)).unsettled.isEmpty)
    }

    @Test("Who holds the rules does not wait for their own change") func whoHoldsTheRulesDoesNotWaitForTheOwnChange()
        throws
    {
        let others = "\(root)/etc/lowport/rules.d"
        func unsettled(isHeld: Bool) -> [ByteString] {
            store.settled(isHeld: isHeld, patience: Milliseconds(rawValue: 0), moment: .seconds(3600)).unsettled
        }
        #expect(unsettled(isHeld: true).map { $0.description } == [others])
        #expect(unsettled(isHeld: false).count == 3)
    }

    @Test("Writers are found without disturbing them") func tellsOfWritersWithoutDisturbingThem() throws {
        let reader = try FileDescriptor.open(ByteString(rules), .readOnly)
        #expect(try !reader.hasWriter())
        let writer = try FileDescriptor.open(ByteString(rules), [.writeOnly, .append])
        #expect(try reader.hasWriter())
        try writer.close()
        #expect(try !reader.hasWriter())
    }
}
