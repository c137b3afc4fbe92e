// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import LowportPolicy
import LowportPolicyEditing
import Testing

/// Which files count, and how they are changed. The directories are made for the test, below a root of its own.
@Suite final class RuleStoreTests {
    private let root: String
    private let store: RuleStore

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "lowport-\(UUID().uuidString)").path
        store = RuleStore(root: ByteString(root), owner: CurrentProcess.effectiveUser)
        for directory in ["", "/etc", "/etc/lowport", "/etc/lowport/rules.d"] {
            try FileManager.default.createDirectory(atPath: root + directory, withIntermediateDirectories: false)
            try setMode(0o755, directory)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func setMode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: root + path)
    }

    private func write(_ text: String, to path: String, mode: Int = 0o644) throws {
        try Data(text.utf8).write(to: URL(filePath: root + path))
        try setMode(mode, path)
    }

    private func read(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: root + path)), as: UTF8.self)
    }

    private let rule = Rule(.everyone, .tcp, [PortRange(Port(rawValue: 80))])

    // MARK: - Reading

    @Test("No rules are no fault") func emptyIsNoFault() {
        let contents = store.load()
        #expect(contents.files.isEmpty && contents.readErrors.isEmpty && !contents.hasFiles)
        #expect(!RuleStore(root: ByteString(root + "/etc"), owner: .root).load().hasFiles)
    }

    @Test("All files are read in order") func readsAllFilesInOrder() throws {
        try write("allow everyone tcp 1\n", to: "/etc/lowport/rules")
        try write("allow everyone tcp 3\n", to: "/etc/lowport/rules.d/b.rules")
        try write("allow everyone tcp 2\n", to: "/etc/lowport/rules.d/a.rules")
        try write("allow everyone tcp 4\n", to: "/etc/lowport/rules.d/a.rules.bak")
        try write("allow everyone tcp 5\n", to: "/etc/lowport/rules.d/.hidden.rules")
        #expect(
            store.load().files.map(\.path) == [
                "/etc/lowport/rules", "/etc/lowport/rules.d/a.rules", "/etc/lowport/rules.d/b.rules",
            ]
        )
    }

    @Test(
        "What others may write is refused",
        arguments: [
            ("/etc/lowport/rules", 0o664), ("/etc/lowport/rules", 0o646), ("/etc/lowport", 0o775), ("/etc", 0o757),
            ("", 0o1777),
        ]
    )
    func refusesWhatOthersMayWrite(_ path: String, _ mode: Int) throws {
        try write("allow everyone tcp 80\n", to: "/etc/lowport/rules")
        try setMode(mode, path)
        let contents = store.load()
        #expect(contents.files.isEmpty && contents.hasFiles)
        #expect(contents.readErrors.map(\.reason).contains(.writable(FileMode(rawValue: UInt32(mode)))))
    }

    @Test("Files of other owners are refused") func refusesForeignOwners() throws {
        try write("allow everyone tcp 80\n", to: "/etc/lowport/rules")
        let other = RuleStore(root: ByteString(root), owner: UserID(rawValue: 4_000_000))
        #expect(other.load().readErrors.map(\.reason) == [.owner(CurrentProcess.effectiveUser)])
    }

    @Test("No link is followed and no special file is read") func followsNoLinksAndReadsNoSpecialFiles() throws {
        try write("allow everyone tcp 80\n", to: "/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: root + "/etc/lowport/rules",
            withDestinationPath: root + "/elsewhere"
        )
        try #require(unsafe mkfifo(root + "/etc/lowport/rules.d/fifo.rules", 0o644) == 0)
        try FileManager.default.createDirectory(
            atPath: root + "/etc/lowport/rules.d/directory.rules",
            withIntermediateDirectories: false
        )
        let contents = store.load()
        #expect(contents.files.isEmpty)
        #expect(contents.readErrors.map(\.reason) == [.failure(.symbolicLinkLoop), .kind, .kind])
    }

    @Test("Huge files are refused") func refusesHugeFiles() throws {
        try write(String(repeating: "#\n", count: RulesFile.maximumSize / 2 + 1), to: "/etc/lowport/rules")
        #expect(store.load().readErrors.map(\.reason) == [.size])
    }

    // MARK: - Changing

    @Test("A file that is written keeps its mode") func writesAndKeepsTheMode() throws {
        #expect(try store.update { $0.adding(rule) }.added == ["allow everyone tcp 80"])
        #expect(try read("/etc/lowport/rules") == "allow everyone tcp 80\n")
        try setMode(0o640, "/etc/lowport/rules")
        _ = try store.update { $0.adding(Rule(.everyone, .udp, self.rule.ports)) }
        let mode = try FileStatus(of: ByteString(root + "/etc/lowport/rules")).mode
        #expect(mode.rawValue == 0o640)
        #expect(try store.update { $0.adding(rule) }.isEmpty)
    }

    @Test("A preview writes nothing") func previewWritesNothing() throws {
        #expect(try store.preview { $0.adding(rule) }.added.count == 1)
        #expect(!FileManager.default.fileExists(atPath: root + "/etc/lowport/rules"))
    }

    @Test("A faulty file is not touched") func touchesNoFaultyFile() throws {
        try write("nonsense\n", to: "/etc/lowport/rules")
        #expect(throws: UpdateError.self) { try store.update { $0.adding(self.rule) } }
        #expect(try read("/etc/lowport/rules") == "nonsense\n")
    }

    @Test(
        "The old file stays whatever fails",
        arguments: [SystemCall.open, .write, .fsync, .close, .link, .rename, .chmod, .flock, .stat, .read]
    )
    func keepsTheOldFileWhateverFails(_ call: SystemCall) throws {
        try write("allow everyone udp 80\n", to: "/etc/lowport/rules")
        for skipped in 0..<8 {
            let isDone = FaultPlan.$current.withValue(
                FaultPlan(failing: call, with: .inputOutput, after: skipped, times: 1)
            ) { (try? store.update { $0.adding(rule) }) != nil }
            // What is told to have failed has left nothing, the directory's way to the disk as the last of all included.
            let expected = isDone ? "allow everyone udp 80\nallow everyone tcp 80\n" : "allow everyone udp 80\n"
            #expect(try read("/etc/lowport/rules") == expected)
            if isDone { try write("allow everyone udp 80\n", to: "/etc/lowport/rules") }
            let left = try FileManager.default.contentsOfDirectory(atPath: root + "/etc/lowport")
            #expect(!left.contains(".rules.new") && !left.contains(".rules.old"), "\(left)")
        }
    }

    /// Where there were no rules, there are none again.
    @Test("Nothing is left where nothing was") func leavesNothingWhereNothingWas() throws {
        for skipped in 0..<2 {
            #expect(throws: UpdateError.self) {
                try FaultPlan.$current.withValue(FaultPlan(failing: .fsync, with: .noSpace, after: skipped)) {
                    try store.update { $0.adding(self.rule) }
                }
            }
            #expect(!FileManager.default.fileExists(atPath: root + "/etc/lowport/rules"))
        }
    }

    @Test("Writers never lose an update") func writersNeverLoseAnUpdate() async throws {
        let store = store
        await withTaskGroup(of: Void.self) { group in
            for port in UInt16(1)...40 {
                group.addTask {
                    let rule = Rule(.everyone, .tcp, [PortRange(Port(rawValue: port))])
                    _ = try? store.update { $0.adding(rule) }
                }
            }
        }
        #expect(store.load().rules.files.flatMap(\.rules).count == 40)
    }
}
