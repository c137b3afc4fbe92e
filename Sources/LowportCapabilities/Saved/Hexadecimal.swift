// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The encoding of bytes and numbers in saved capabilities and digests: it is unique, so that a file that was read is written again
/// unchanged.
package enum Hexadecimal {
    /// The bytes of `text`; nil if it is not pairs of lower-case digits.
    package static func bytes(_ text: ByteString) -> [UInt8]? {
        guard text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: 2) {
            guard let byte = Digits.number(text.bytes[start...start + 1], base: 16) else { return nil }
            bytes.append(UInt8(byte))
        }
        return ByteString(hexadecimal: bytes) == text ? bytes : nil
    }

    /// `number` in octal.
    static func octal(_ number: UInt32) -> [UInt8] {
        var rest = number
        var text: [UInt8] = []
        repeat {
            text.append(UInt8(ascii: "0") + UInt8(rest & 7))
            rest >>= 3
        } while rest != 0
        return text.reversed()
    }

    /// `path` with `%` and two digits for `%` and for every byte that is not visible ASCII.
    static func escaped(_ path: ByteString) -> ByteString {
        ByteString(
            path.bytes.flatMap { byte in
                needsEscape(byte) ? Array("%".utf8) + ByteString(hexadecimal: [byte]).bytes : [byte]
            }
        )
    }

    /// The path that `escaped` turned into `text`; nil if there is no such path.
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
