// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Bytes and numbers as saved capabilities write them: in exactly one way, so that a file that was read is written again
/// as it was.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two digits for every byte.
    static func text(_ bytes: [UInt8]) -> ByteString {
        ByteString(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The bytes of `text`; nil if it is not pairs of small digits.
    static func bytes(_ text: ByteString) -> [UInt8]? {
        guard text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: 2) {
            guard let high = value(text.bytes[start]), let low = value(text.bytes[start + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        digits.firstIndex(of: digit).map { UInt8(truncatingIfNeeded: $0) }
    }

    /// `number` in octal.
    static func octal(_ number: UInt32) -> [UInt8] {
        var rest = number
        var text: [UInt8] = []
        repeat {
            text.append(digits[Int(rest & 7)])
            rest >>= 3
        } while rest != 0
        return text.reversed()
    }

    /// The number that `text` is in a base up to ten, written without needless zeros; nil if it is none.
    static func number(_ text: ByteString, base: UInt32) -> UInt32? {
        guard let first = text.bytes.first, text.count == 1 || first != UInt8(ascii: "0") else { return nil }
        var number: UInt32 = 0
        for digit in text.bytes {
            guard let value = value(digit), value < base else { return nil }
            let (product, overflows) = number.multipliedReportingOverflow(by: base)
            let (sum, overflowsToo) = product.addingReportingOverflow(UInt32(value))
            if overflows || overflowsToo { return nil }
            number = sum
        }
        return number
    }

    /// `path` with `%` and two digits for every byte that is not visible ASCII.
    static func escaped(_ path: ByteString) -> ByteString {
        ByteString(
            path.bytes.flatMap { byte in
                needsEscape(byte) ? Array("%".utf8) + text([byte]).bytes : [byte]
            }
        )
    }

    /// The path that `escaped` made `text` of; nil if it made it of none.
    static func unescaped(_ text: ByteString) -> ByteString? {
        var path: [UInt8] = []
        var rest = text.bytes[...]
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "%") {
                if needsEscape(byte) { return nil }
                path.append(byte)
                continue
            }
            guard let byte = bytes(ByteString(rest.prefix(2)))?.first, byte != 0, needsEscape(byte) else { return nil }
            path.append(byte)
            rest = rest.dropFirst(2)
        }
        return ByteString(path)
    }

    private static func needsEscape(_ byte: UInt8) -> Bool { byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "%") }
}
