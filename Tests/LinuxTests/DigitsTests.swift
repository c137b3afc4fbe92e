// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

/// The one reader of numbers.
@Suite struct DigitsTests {
    @Test("Digits are 0-9 and the letters of both cases up to f, and nothing beside them")
    func values() {
        for byte in UInt8.min...UInt8.max {
            let expected = Character(UnicodeScalar(byte)).isASCII ? Character(UnicodeScalar(byte)).hexDigitValue : nil
            #expect(Digits.value(of: byte).map { Int($0) } == expected, "\(byte)")
            #expect(Digits.isDecimal(byte) == (expected.map { $0 < 10 } ?? false), "\(byte)")
        }
    }

    @Test("A number is all of the text, without a sign, blanks, or digits beyond its base")
    func wholeText() {
        #expect(Digits.number("0") == 0 && Digits.number("65535") == 65535 && Digits.number("007") == 7)
        #expect(Digits.number("fF", base: 16) == 255 && Digits.number("377", base: 8) == 255)
        for text in ["", "+1", "-1", " 1", "1 ", "1\n", "1a", "0x1", "１"] as [ByteString] {
            #expect(Digits.number(text) == nil, "\(text)")
        }
        #expect(Digits.number("8", base: 8) == nil && Digits.number("g", base: 16) == nil)
        #expect(Digits.number(("ab12cd" as ByteString).bytes[2..<4]) == 12)
    }

    @Test("No number wraps around or is cut off")
    func limits() {
        #expect(Digits.number("18446744073709551615") == .max && Digits.number("18446744073709551616") == nil)
        #expect(Digits.number("ffffffffffffffff", base: 16) == .max)
        #expect(Digits.number("10000000000000000", base: 16) == nil)
        #expect(Digits.number("99999999999999999999999999") == nil)
        #expect(Digits.number("65536", upTo: 65535) == nil && Digits.number("65535", upTo: 65535) == 65535)
        #expect(Digits.number("4294967376", upTo: 65535) == nil)
    }

    @Test("Where a number has one text, none has zeros in front")
    func canonical() {
        #expect(Digits.canonicalNumber("0") == 0 && Digits.canonicalNumber("10") == 10)
        #expect(Digits.canonicalNumber("00") == nil && Digits.canonicalNumber("01") == nil)
        #expect(Digits.canonicalNumber("") == nil && Digits.canonicalNumber("11", upTo: 10) == nil)
    }

    @Test("Numbers are written with as many digits as are asked for, and with all that they have")
    func hexadecimal() {
        #expect(ByteString(hexadecimal: 0 as UInt8) == "0" && ByteString(hexadecimal: 10 as UInt8, digits: 2) == "0a")
        #expect(ByteString(hexadecimal: 0x12345 as UInt32, digits: 4) == "12345")
        #expect(ByteString(hexadecimal: [0, 0x7F, 0xFF]) == "007fff")
    }
}
