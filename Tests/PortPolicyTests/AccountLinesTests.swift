// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportPolicy

/// The names that the helper finds by itself.
@Suite struct AccountLinesTests {
    private static let users = """
        root:x:0:0:root:/root:/bin/bash
        alicea:x:1000:1000::/:
        alice:x:1001:1002:Alice:/home/alice:/bin/sh
        +nis:x:5:5:::
        alice:x:7:7:::
        """
    private static let groups = "root:x:0:\nweb:x:1100:alice,bob\nlast:*:4294967295:"

    private func number(_ name: ByteString, _ text: String) -> UInt32? {
        AccountLines.number(of: name, in: Array(text.utf8))
    }

    @Test("The first line of the name counts") func findsTheFirstLineOfTheName() {
        #expect(number("root", Self.users) == 0)
        #expect(number("alice", Self.users) == 1001)
        #expect(number("alicea", Self.users) == 1000)
        #expect(number("web", Self.groups) == 1100)
        #expect(number("last", Self.groups) == .max)
    }

    @Test(
        "No other line is taken for it",
        arguments: ["", "bob", "ali", "alice:x", "+nis", "-nis", "nis", "ROOT", "root ", "x"]
    )
    func knowsNoOther(_ name: String) {
        #expect(number(ByteString(name), Self.users) == nil)
        #expect(number(ByteString(name), Self.groups) == nil)
        #expect(number(ByteString(name), "") == nil)
    }

    @Test(
        "Odd lines are left to the C library",
        arguments: [
            "a:x:1", "a:x:1:2::", "a:x:1:2", "a", "a:", "a:x::2:g:/:s", "a:x:1::g:/:s", "a:x:1:x:g:/:s",
            "a:x:01:2:g:/:s", "a:x:+1:2:g:/:s", "a:x: 1:2:g:/:s", "a:x:-1:2:g:/:s", "a:x:0x1:2:g:/:s",
            "a:x:4294967296:2:g:/:s", "a:x:1:4294967296:g:/:s", "a:x:1:2:g:/:s:more", " a:x:1:2:g:/:s",
            "a:x:1:2:g:/\0:s", "b:x:1:2:g:/:s\ra:x:1:2:g:/:s", "a\0:x:1:2:g:/:s",
        ]
    )
    func leavesOddLinesToTheLibrary(_ line: String) {
        // "a:x:1:2" is a group, and the only one of these that is a line of its file.
        #expect(number("a", line) == (line == "a:x:1:2" ? 1 : nil))
        #expect(number("a", "a:x:3:4:g:/:s") == 3)
    }

    @Test("The C library finds the same") func agreesWithTheLibrary() throws {
        let users = try FileDescriptor.open("/etc/passwd", .readOnly).readToEnd(limit: 1 << 24)
        for line in ByteString(users).split(on: UInt8(ascii: "\n")) where !line.isEmpty {
            let name = line.split(on: UInt8(ascii: ":"))[0]
            guard let number = AccountLines.number(of: name, in: users) else { continue }
            #expect(Accounts.user(named: name) == UserID(rawValue: number), "\(name)")
        }
    }
}
