// SPDX-License-Identifier: Apache-2.0

/// Untrusted text for display: every byte becomes visible and has no effect.
///
/// All programs use the same escapes: `\n`, `\t` and `\r`; `\x1b` for other controls of ASCII and for bytes that are
/// not UTF-8; `\u{202e}` for other hidden characters; `\\` for a backslash. So different texts stay different.
extension ByteString {
    /// The text for a terminal: one line of UTF-8 without hidden characters.
    package var escaped: ByteString {
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) { return self }
        var result = ByteString()
        for character in UTF8Characters(self) {
            guard let scalar = character.scalar, scalar > 0x7F else {
                result.append(escaped: character.bytes[character.bytes.startIndex])
                continue
            }
            if HiddenCharacters.contain(scalar) {
                result += "\\u{\(ByteString(hexadecimal: scalar))}"
            } else {
                result.bytes += character.bytes
            }
        }
        return result
    }

    /// Whether all of the text is UTF-8 without hidden characters.
    package var isVisible: Bool {
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return true }
        for character in UTF8Characters(self) {
            guard let scalar = character.scalar, !HiddenCharacters.contain(scalar) else { return false }
        }
        return true
    }

    /// The text as a field of a log line: in quotation marks, without blanks or brackets, in ASCII.
    ///
    /// Besides the terminal escapes, `\xNN` replaces each byte except letters, digits and `!#$%&*+,-./:;=?@^_{|}~`.
    /// Words, brackets and quotation marks in the line are then only those of the program that wrote it.
    package var quotedForLog: ByteString {
        var result: ByteString = "\""
        for byte in bytes {
            if byte.isPlainInLogs { result.bytes.append(byte) } else { result.append(hexadecimal: byte) }
        }
        return result + "\""
    }

    /// The text as a field of a log line: unchanged if it needs no quotation marks.
    package var fieldOfLog: ByteString {
        !isEmpty && bytes.allSatisfy { $0.isPlainInLogs } ? self : quotedForLog
    }

    /// Appends an ASCII byte, or one that is part of no character.
    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): self += "\\n"
        case UInt8(ascii: "\t"): self += "\\t"
        case UInt8(ascii: "\r"): self += "\\r"
        case UInt8(ascii: "\\"): self += "\\\\"
        case 0x20...0x7E: bytes.append(byte)
        default: append(hexadecimal: byte)
        }
    }

    private mutating func append(hexadecimal byte: UInt8) {
        self += "\\x"
        self += ByteString(hexadecimal: UInt32(byte), digits: 2)
    }
}

extension UInt8 {
    /// Whether the byte is unambiguous inside a field of a log line.
    fileprivate var isPlainInLogs: Bool {
        switch self {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"): false
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["), UInt8(ascii: "]"): false
        case UInt8(ascii: "\\"), UInt8(ascii: "`"): false
        case 0x21...0x7E: true
        default: false
        }
    }
}
