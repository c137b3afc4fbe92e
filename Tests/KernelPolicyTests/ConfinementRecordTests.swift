// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import LowportPolicy
import LowportPolicyInventory
import Testing

@testable import LowportKernelPolicy

/// What is kept of whom the rules confined, and whose word it is.
@Suite final class ConfinementRecordTests {
    private typealias Line = ConfinementRecord.Line
    private typealias Member = ConfinementRecord.Member

    private let root = FileManager.default.temporaryDirectory.appending(path: "lowport-\(UUID().uuidString)").path
    private var store: ConfinementStore {
        ConfinementStore(parent: ByteString(root), owner: CurrentProcess.effectiveUser)
    }

    init() throws { try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false) }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private let record = ConfinementRecord(lines: [
        Line(file: "/etc/lowport/rules", principal: .everyone),
        Line(file: "/etc/lowport/rules", principal: .root),
        Line(
            file: "/etc/lowport/rules.d/a b\t\n%.rules",
            principal: .user("web"),
            members: [Member(name: "web", user: UserID(rawValue: 33))]
        ),
        Line(
            file: "/etc/lowport/rules",
            principal: .group("dns"),
            members: [
                Member(name: "b,o:b", user: UserID(rawValue: 7)),
                Member(name: "", user: UserID(rawValue: 4_294_967_294)),
            ],
            group: GroupID(rawValue: 10)
        ),
    ])

    @Test func `it is read as it was written, and no part of it is`() {
        let text = record.byteString
        #expect(ConfinementRecord(text) == record)
        for end in 0..<text.count { #expect(ConfinementRecord(ByteString(text.bytes[..<end])) == nil) }
        #expect(ConfinementRecord("lowport-confinement 1\nend\n") == ConfinementRecord())
        for text: ByteString in [
            "lowport-confinement 2\nend\n", "lowport-confinement 1\nend\nend\n", "lowport-confinement 1\n\nend\n",
            "lowport-confinement 1\nallow everyone tcp 80\tusers -\tgroups -\t/x\nend\n",
            "lowport-confinement 1\nconfine user a\tusers 4294967296\tgroups -\t/x\nend\n",
            "lowport-confinement 1\nconfine user a\tusers 01\tgroups -\t/x\nend\n",
            "lowport-confinement 1\nconfine user a\tusers +1\tgroups -\t/x\nend\n",
            "lowport-confinement 1\nconfine user a\tusers 1\tgroups -\t/%zz\nend\n",
        ] { #expect(ConfinementRecord(text) == nil, "\(text)") }
    }

    @Test func `it confines by number, whoever has the names now`() {
        let confinement = record.confinement
        #expect(confinement.includesEveryone && confinement.includesRoot)
        #expect(confinement.users == Set([33, 7, 4_294_967_294].map { UserID(rawValue: $0) }))
        #expect(confinement.groups == [GroupID(rawValue: 10)])
        #expect(record.members(of: .user("web")).map(\.user.rawValue) == [33])
        #expect(record.union(record) == record)
    }

    @Test func `the map of the kernel has the same`() {
        var copy = Confinement()
        for entry in record.confinement.entries {
            let isKnown = copy.enter(entry)
            #expect(isKnown)
        }
        #expect(copy == record.confinement)
        var nobody = Confinement()
        let isKnown = [Confinement().entries[0], [9, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0]].map { nobody.enter($0) }
        #expect(isKnown == [true, false, false] && nobody.isEmpty)
    }

    @Test func `the table takes numbers in the place of names`() throws {
        let text: ByteString = "allow uid 2 tcp 80\nconfine user web\n"
        var policy = EnforcedPolicy([SourceSnapshot(rules: [RulesFile(path: "rules", content: text.bytes)])])
        let named = PolicyTable(policy, limit: Port(rawValue: 1024), names: RandomPolicy.Names())
        policy.confinement = Confinement()
        policy.confinement?.users = [UserID(rawValue: 1)]
        let numbered = PolicyTable(policy, limit: Port(rawValue: 1024), names: RandomPolicy.Names())
        #expect(named.entries == numbered.entries && named.has(.confinedUser))
        policy.confinement = Confinement()
        #expect(!PolicyTable(policy, limit: Port(rawValue: 1024), names: RandomPolicy.Names()).has(.confinedUser))
    }

    @Test func `only what root alone can have written is read`() throws {
        func isUnusable() -> Bool { if case .unusable = store.read() { true } else { false } }
        func set(_ mode: Int, _ path: String) throws {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        func isAbsent() -> Bool { if case .absent = store.read() { true } else { false } }
        #expect(isAbsent())
        try store.write(record)
        let (directory, file) = ("\(root)/lowport", "\(root)/lowport/confinement")
        #expect(store.read().record == record)
        #expect(try FileStatus(of: ByteString(file)).mode.rawValue == 0o600)
        #expect(try FileStatus(of: ByteString(directory)).mode.rawValue == 0o700)
        for (path, mode, good) in [
            (directory, 0o770, 0o700), (directory, 0o707, 0o700), (file, 0o620, 0o600), (file, 0o602, 0o600),
        ] {
            try set(mode, path)
            #expect(isUnusable(), "\(path) \(mode)")
            try set(good, path)
        }
        let other = ConfinementStore(parent: ByteString(root), owner: UserID(rawValue: 4_000_000))
        let isForeign = if case .unusable = other.read() { true } else { false }
        #expect(isForeign)
        try FileManager.default.moveItem(atPath: file, toPath: "\(root)/elsewhere")
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "\(root)/elsewhere")
        #expect(isUnusable())
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        #expect(isUnusable())
        try FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createSymbolicLink(atPath: directory, withDestinationPath: root)
        #expect(isUnusable())
        #expect(throws: StateFile.StateError.self) { try store.write(record) }
    }

    @Test(arguments: [SystemCall.open, .write, .fsync, .rename, .close])
    func `a disk that fails leaves the record that was there`(call: SystemCall) throws {
        try store.write(record)
        var more = record
        more.lines.removeFirst()
        FaultPlan.$current.withValue(FaultPlan(failing: call, with: .noSpace, after: call == .open ? 2 : 0)) {
            #expect(throws: StateFile.StateError.self) { try store.write(more) }
        }
        #expect(store.read().record == record)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(root)/lowport") == ["confinement"])
        try store.write(more)
        #expect(store.read().record == more)
    }
}
