// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import LowportPolicy
import Testing

@testable import LowportPolicyInventory

/// What holds for every source of permission, and what each has to say of itself.
@Suite struct PolicySourceTests {
    @Test func `a source has a name of its own, and says what to watch`() {
        let traits = PolicySource.allCases.map(\.traits)
        #expect(Set(traits.map(\.name)).count == traits.count)
        for trait in traits {
            // The name is a key of JSON and the subject of findings.
            #expect(trait.name.bytes.allSatisfy { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") })
            #expect(!trait.watchedPaths.isEmpty && !trait.watchedPaths.contains { $0.isEmpty })
            #expect(trait.watchedPaths.joined().allSatisfy { $0.path.hasPrefix(trait.directory) })
        }
        #expect(PolicySource.noneOfAll == "no rule and no file of authbind")
    }

    private func contents(_ text: ByteString) -> RuleStore.Contents {
        var contents = RuleStore.Contents()
        contents.files = [RulesFile(path: "/etc/lowport/rules", content: text.bytes)]
        return contents
    }

    @Test func `rules are listed as they are written, with what is doubtful`() {
        let text: ByteString = """
            allow uid 1 udp,tcp 53,80 on 127.0.0.0/8 until 2020-01-01T00:00:00Z
            confine everyone

            """
        let now = Timestamp(rawValue: 1_800_000_000)
        let inventory = SourceInventory(rules: contents(text), at: now, doubts: .all)
        #expect(inventory.entries.map(\.location.byteString) == ["/etc/lowport/rules:1"])
        #expect(inventory.entries.map(\.addresses) == ["127.0.0.0/8"])
        #expect(inventory.entries.map(\.counter) == inventory.entries.compactMap { $0.rule?.byteString })
        #expect(inventory.confinements.map(\.confinement) == [.everyone])
        #expect(inventory.count == (1, 1))
        #expect(inventory.diagnostics.map(\.gravity) == [.warning])
        #expect(
            inventory.diagnostics.map(\.asMessage.original) == [
                "/etc/lowport/rules:1: expired at 2020-01-01T00:00:00Z"
            ]
        )
        #expect(SourceInventory(rules: contents(text), at: now, doubts: .none).diagnostics.isEmpty)
    }

    @Test func `a faulty file has no entries, and its fault a place`() {
        let text = contents("allow uid 1 tcp 80\nalow everyone tcp 81\n")
        let inventory = SourceInventory(rules: text, at: Timestamp(rawValue: 0), doubts: .none)
        #expect(inventory.entries.isEmpty && inventory.count == (1, 1))
        #expect(inventory.diagnostics.map(\.gravity) == [.error] && inventory.diagnostics[0].isSerious)
        #expect(inventory.diagnostics[0].asMessage.original.hasPrefix("/etc/lowport/rules:2:1: "))
    }

    @Test func `files of the tree are listed, with who can change them`() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root + "/byport", withIntermediateDirectories: true)
        for (name, mode) in [("80", 0o755), ("81", 0o644), ("eighty", 0o755)] {
            let path = "\(root)/byport/\(name)"
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: mode])
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: root + "/byport")
        let inventory = SourceInventory(AuthbindInventory(at: ByteString(root)))
        #expect(inventory.source == .authbind && inventory.count == (0, 0))
        let port80 = try #require(inventory.entries.first)
        #expect(inventory.entries.count == 1 && port80.principal == .everyone && port80.transports == .any)
        #expect(port80.location.byteString == ByteString(root + "/byport/80"))
        // The counters of the kernel know it by what they always did.
        #expect(port80.counter == ByteString(root + "/byport/80:0"))
        let places = inventory.diagnostics.map { ($0.path, $0.gravity) }
        for (name, gravity) in [("", .unsafe), ("/81", .warning), ("/eighty", .warning)]
            as [(String, PolicyDiagnostic.Gravity)]
        {
            #expect(places.contains { $0 == (ByteString(root + "/byport" + name), gravity) })
        }
    }

    @Test func `a snapshot has what the kernel is told, and never more`() throws {
        let file = RulesFile(path: "a", content: ("allow everyone tcp 80\n" as ByteString).bytes)
        let faulty = RulesFile(path: "b", content: ("allow everyone tcp 81\nalow\n" as ByteString).bytes)
        let half = RulesFile(path: "c", content: ("allow everyone tcp 8\n" as ByteString).bytes)
        var snapshot = SourceSnapshot(rules: [file, faulty, half], unsettled: ["c"])
        #expect(snapshot.permissions.map(\.location.file) == ["a"] && snapshot.files.count == 3)
        #expect(snapshot.permissions.map(\.isAlone) == [false])
        snapshot.leaveOut(["a"], "why not")
        #expect(snapshot.permissions.isEmpty && snapshot.leftOut.map(\.asMessage.original) == ["a: why not"])

        var tree = AuthbindSnapshot()
        tree.byport = .open(["80": .init(mode: FileMode(rawValue: 0o755), owner: .root, group: .root)])
        let permission = try #require(SourceSnapshot(AuthbindPermissions(tree)).permissions.first)
        #expect(permission.isAlone && permission.transports == .any && permission.addresses == .all)
        #expect(permission.counter == "/etc/authbind/byport/80:0")
    }
}
