// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportCapabilities

@Suite struct SavedCapabilitiesTests {
    private static let entries = [
        SavedCapabilities(
            path: "/usr/bin/a b%\u{7F}" + ByteString([0xFF, 0x0A]),
            capabilities: FileCapabilities(permitted: [.netRaw], isEffective: true),
            fingerprint: FileFingerprint(
                digest: Array(0..<32),
                owner: .root,
                group: GroupID(rawValue: 12),
                mode: FileMode(rawValue: 0o4755)
            )
        ),
        SavedCapabilities(
            path: "b",
            capabilities: FileCapabilities(inheritable: [.kill], rootUser: UserID(rawValue: 1000)),
            fingerprint: FileFingerprint(
                digest: Array(repeating: 255, count: 32),
                owner: UserID(rawValue: .max),
                group: .root,
                mode: FileMode(rawValue: 0)
            )
        ),
    ]

    @Test("What was saved reads back") func readsWhatItWrote() throws {
        let text = SavedCapabilities.text(of: Self.entries)
        #expect(try SavedCapabilities.entries(in: text) == Self.entries)
        #expect(try SavedCapabilities.entries(in: SavedCapabilities.text(of: [])) == [])
        let digest = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
        let line = "0100000200200000000000000000000000000000 \(digest) 0 12 4755 /usr/bin/a%20b%25%7f%ff%0a"
        #expect(text.split(on: 0x0A)[1] == ByteString(line))
    }

    /// A file that lost its end, or a bit of its middle, is none.
    @Test("A file that ends too early is refused, wherever it ends") func refusesEveryPrefix() {
        let text = SavedCapabilities.text(of: Self.entries)
        for count in 0..<text.count {
            #expect(throws: SavedCapabilitiesError.self, "the first \(count) bytes") {
                try SavedCapabilities.entries(in: ByteString(text.bytes[..<count]))
            }
        }
    }

    @Test(
        "An error says in which line",
        arguments: [
            ("lowport-capabilities 2\nend 0\n", 1),
            ("lowport-capabilities 1\nend 1\n", 2),
            ("lowport-capabilities 1\nend 0\nend 0\n", 3),
            ("lowport-capabilities 1\n0100000200200000000000000000000000000000 00 0 0 755 a\nend 1\n", 2),
            ("lowport-capabilities 1\n\nend 0\n", 2),
        ] as [(ByteString, Int)]
    )
    func saysWhere(text: ByteString, line: Int) {
        #expect(throws: SavedCapabilitiesError(line: line)) { try SavedCapabilities.entries(in: text) }
    }

    @Test(
        "There is one way to write a number",
        arguments: ["00", "+1", "-1", "4294967296", "1a", "", " 1"] as [ByteString]
    ) func oneWayToWriteNumbers(
        text: ByteString
    ) {
        #expect(Digits.canonicalNumber(text, upTo: UInt64(UInt32.max)) == nil)
    }

    @Test(
        "There is one way to write a path",
        arguments: ["%2", "%", "%2g", "%41", "%00", "a b", "%FF"] as [ByteString]
    ) func oneWayToWritePaths(
        text: ByteString
    ) {
        #expect(Hexadecimal.unescaped(text) == nil)
    }

    /// FIPS 180-4's examples, and lengths about the size of a block, against Python's hashlib.
    @Test(
        "The digest is SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ] as [(ByteString, ByteString)]
    )
    func hash(text: ByteString, digest: ByteString) {
        var whole = SHA256()
        whole.update(text.bytes)
        #expect(ByteString(hexadecimal: whole.finish()) == digest)
        var parts = SHA256()
        for byte in text.bytes { parts.update([byte]) }
        #expect(ByteString(hexadecimal: parts.finish()) == digest)
    }

    @Test("The digest of a million bytes is SHA-256") func hashOfMillion() {
        var hash = SHA256()
        for _ in 0..<1000 { hash.update(Array(repeating: UInt8(ascii: "a"), count: 1000)) }
        let digest: ByteString = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(ByteString(hexadecimal: hash.finish()) == digest)
    }
}
