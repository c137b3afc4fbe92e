// SPDX-License-Identifier: Apache-2.0

/// Untrusted text as a part of JSON (RFC 8259).
///
/// A parser restores the characters; the JSON has no hidden ones, so that a terminal can show it.
extension ByteString {
    /// The quoted string: hidden characters as `\u001b`, and U+FFFD for each byte that is not UTF-8.
    package var quotedForJSON: ByteString {
        var result: ByteString = "\""
        for character in UTF8Characters(self) {
            switch character.scalar {
            case nil: result += "\u{FFFD}"
            case UInt32(UInt8(ascii: "\"")): result += "\\\""
            case UInt32(UInt8(ascii: "\\")): result += "\\\\"
            case UInt32(UInt8(ascii: "\n")): result += "\\n"
            case UInt32(UInt8(ascii: "\t")): result += "\\t"
            case let scalar?: result.append(forJSON: scalar, character.bytes)
            }
        }
        return result + "\""
    }

    /// This JSON text with the hidden characters in its strings escaped.
    ///
    /// Outside of strings only line feeds are hidden, and inside strings those are already escaped.
    package var withoutHiddenCharactersOfJSON: ByteString {
        if bytes.allSatisfy({ $0 < 0x7F }) { return self }
        var result = ByteString()
        for character in UTF8Characters(self) {
            if let scalar = character.scalar, scalar >= 0x7F {
                result.append(forJSON: scalar, character.bytes)
            } else {
                result.bytes += character.bytes
            }
        }
        return result
    }

    private mutating func append(forJSON scalar: UInt32, _ itself: ArraySlice<UInt8>) {
        guard HiddenCharacters.contain(scalar) else {
            bytes += itself
            return
        }
        if scalar <= 0xFFFF { return append(escape: scalar) }
        // A UTF-16 surrogate pair (RFC 2781).
        append(escape: 0xD800 + (scalar - 0x10000) >> 10)
        append(escape: 0xDC00 + (scalar - 0x10000) & 0x3FF)
    }

    private mutating func append(escape unit: UInt32) {
        self += "\\u"
        self += ByteString(hexadecimal: unit, digits: 4)
    }
}

#if !hasFeature(Embedded)
    extension ByteString {
        /// The text as a JSON string that keeps different texts different.
        ///
        /// UTF-8 stays unchanged. U+FFFD and two hexadecimal digits replace each byte that is not UTF-8 and, so that
        /// the result is unambiguous, each byte of a U+FFFD in the text.
        package var jsonText: String {
            if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
            var result: [UInt8] = []
            for character in UTF8Characters(self) {
                if let scalar = character.scalar, scalar != 0xFFFD {
                    result += character.bytes
                    continue
                }
                for byte in character.bytes {
                    result += "\u{FFFD}".utf8
                    result += ByteString(hexadecimal: UInt32(byte), digits: 2).bytes
                }
            }
            return String(decoding: result, as: UTF8.self)
        }
    }
#endif
