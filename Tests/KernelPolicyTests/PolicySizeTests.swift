// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import LowportPolicyInventory
import Testing

@testable import LowportKernelPolicy

/// How many entries a policy comes to, before there are any.
@Suite struct PolicySizeTests {
    private let size = PolicySize(limit: Port(rawValue: 1024))

    private func file(_ path: ByteString, lines: Int, _ line: (Int) -> ByteString) -> RulesFile {
        let text = (0..<lines).reduce(ByteString()) { $0 + line($1) + "\n" }
        return RulesFile(path: path, content: text.bytes)
    }

    private func divided(_ files: RulesFile...) -> [[ByteString]] {
        var snapshot = SourceSnapshot(rules: files)
        let tooLarge = size.trim(&snapshot, names: RandomPolicy.Names())
        #expect(snapshot.leftOut.isEmpty)
        let admitted = files.map(\.path).filter { path in snapshot.permissions.contains { $0.location.file == path } }
        return [admitted, tooLarge]
    }

    @Test func `each port, protocol and address counts`() {
        // 1023 x 3 entries a line: 1366 lines are the most.
        let fits = file("fits", lines: 1366) { "allow uid \(UInt32($0)) any 1-1023" }
        let not = file("not", lines: 1367) { "allow uid \(UInt32($0)) any 1-1023" }
        #expect(divided(fits) == [["fits"], []])
        #expect(divided(not) == [[], ["not"]])
        // An IPv4 prefix stands in two spaces.
        let prefixed = file("prefixed", lines: 684) { "allow uid \(UInt32($0)) any 1-1023 on 10.0.0.0/8" }
        #expect(divided(prefixed) == [[], ["prefixed"]])
        // Ports that everybody has count for nothing.
        #expect(divided(file("high", lines: 2000) { "allow uid \(UInt32($0)) any 1024-65535" }) == [["high"], []])
    }

    @Test func `what comes later has to do with what is left`() {
        let most = file("most", lines: 1366) { "allow uid \(UInt32($0)) any 1-1023" }
        let some = file("some", lines: 100) { "allow uid \(UInt32($0)) any 1-1023" }
        let few = file("few", lines: 3) { "allow uid \(UInt32($0)) tcp 80" }
        let faulty = file("faulty", lines: 2000) { $0 == 0 ? "alow" : "allow uid \(UInt32($0)) any 1-1023" }
        #expect(divided(most, some, few, faulty) == [["most", "few"], ["some"]])
    }

    @Test func `a file of the tree is taken as a whole or not at all`() {
        var tree = AuthbindSnapshot()
        let large: ByteString = (0..<86).reduce(ByteString()) { $0 + "10.0.0.\(UInt32($1))/32:1,511\n" }
        tree.byuid = ["1": large.bytes, "2": ByteString("10.0.0.1/32:1,511\n").bytes]
        tree.byuid["3"] = [UInt8](repeating: UInt8(ascii: "#"), count: RulesFile.maximumSize + 1)
        var permissions = SourceSnapshot(AuthbindPermissions(tree))
        #expect(permissions.leftOut.map(\.path) == ["/etc/authbind/byuid/3"])
        let before = permissions.permissions
        #expect(size.trim(&permissions, names: RandomPolicy.Names()).isEmpty)
        // 86 lines with 511 ports and three protocols are 131,838 entries, and 131,072 the most.
        #expect(permissions.permissions.count == 1 && before.count == 87)
        #expect(permissions.permissions == before.filter { $0.location.file == "/etc/authbind/byuid/2" })
        #expect(permissions.leftOut.map(\.path) == ["/etc/authbind/byuid/3", "/etc/authbind/byuid/1"])
    }
}
