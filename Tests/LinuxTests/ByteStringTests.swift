// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@Suite struct ByteStringTests {
    @Test("A byte string keeps every byte") func keepsEveryByte() {
        let all = ByteString((0...255).map { UInt8($0) })
        #expect(("<\(all)>" as ByteString).bytes == [0x3C] + all.bytes + [0x3E])
    }

    @Test("Numbers are written in decimal", arguments: [0, 7, 10, -1, Int.max, Int.min]) func writesNumbers(
        _ number: Int
    ) {
        #expect(ByteString(decimal: number).description == String(number))
    }

    @Test("Byte strings are split and compared byte by byte") func splitsAndCompares() {
        #expect(("a,,b," as ByteString).split(on: UInt8(ascii: ",")) == ["a", "", "b", ""])
        #expect(("" as ByteString).split(on: 0x2C) == [""])
        #expect("abc" < ("abd" as ByteString) && "ab" < ("abc" as ByteString) && !("b" < ("abc" as ByteString)))
        #expect(("path/to" as ByteString).hasPrefix("path") && ("path/to" as ByteString).hasSuffix("/to"))
        #expect(!("to" as ByteString).hasSuffix("a/to"))
    }
}
