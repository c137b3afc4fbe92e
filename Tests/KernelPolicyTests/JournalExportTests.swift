// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportKernelPolicy

/// The export format of the journal. A value can be anything that any user sent to the journal.
@Suite struct JournalExportTests {
    /// What a value has to be that wants to be taken for an entry of its own.
    private static let forgery: ByteString = "\n\nLOWPORT_RECORDER=kernel\n_UID=0\n\n"

    private static func long(_ name: ByteString, _ value: [UInt8], length: UInt64? = nil) -> [UInt8] {
        let length = length ?? UInt64(value.count)
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) }
        return name.bytes + [0x0A] + bytes + value + [0x0A]
    }

    /// The entries, read in parts of `size` bytes.
    private static func entries(
        _ bytes: [UInt8],
        inPartsOf size: Int
    ) throws(JournalExport.Damage) -> [[ByteString]] {
        var reader = JournalExport()
        var entries: [JournalExport.Entry] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            entries += try reader.add(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        return entries.map { $0.fields.map { "\($0.name)=\($0.value)" } }
    }

    @Test("A field that is too long is left out, and nothing in it is a field", arguments: [1 << 16, 1 << 21, 99_991])
    func leavesLongFieldsOut(size: Int) throws {
        var value = [UInt8](repeating: UInt8(ascii: "x"), count: 5 << 19) + Self.forgery.bytes
        value += [UInt8](repeating: UInt8(ascii: "y"), count: 1 << 19) + Self.forgery.bytes
        let line = [UInt8](repeating: UInt8(ascii: "="), count: 3 << 20)
        let text =
            Array("A=1\n".utf8) + Self.long("B", value) + Array("C=".utf8) + line + [0x0A]
            + Self.long("D", Self.forgery.bytes) + Array("E=2\n\nF=3\n\n".utf8)
        #expect(
            try Self.entries(text, inPartsOf: size) == [["A=1", "D=\(Self.forgery)", "E=2"], ["F=3"]]
        )
    }

    @Test("Text that is not in the format is an error, and not searched for fields", arguments: [1, 7, 1 << 22])
    func refusesBrokenText(size: Int) {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 2 << 20)
        let broken = [
            // The value is longer than its length says, which may be any.
            Self.long("B", Self.forgery.bytes, length: 3), Self.long("B", Self.forgery.bytes, length: UInt64.max),
            Self.long("B", long + Self.forgery.bytes, length: UInt64(long.count - 1)),
        ]
        for text in broken where size > 1 || text.count < long.count {
            #expect(throws: JournalExport.Damage.self) { try Self.entries(text, inPartsOf: size) }
        }
        if size > 1 {
            #expect(throws: JournalExport.Damage.self) { try Self.entries(long + [0x0A], inPartsOf: 1 << 16) }
        }
    }
}
