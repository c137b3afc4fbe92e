// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The text that the clients of a chat receive, safe for a terminal.
enum ChatText {
    /// `bytes` with `prefix` before every line, so that no client can forge a line of another.
    ///
    /// Control characters, other hidden characters and invalid UTF-8 are written in octal, as by ncat: `\033`. Tabs and
    /// line ends stay.
    static func lines(_ bytes: [UInt8], by prefix: ByteString) -> ByteString {
        var text = prefix
        let newline = UInt32(UInt8(ascii: "\n"))
        var rest = UTF8Characters(ByteString(bytes))
        var following = rest.next()
        while let character = following {
            following = rest.next()
            switch character.scalar {
            case newline:
                text += "\n"
                if following != nil { text += prefix }
            case UInt32(UInt8(ascii: "\r")) where following == nil || following?.scalar == newline: text += "\r"
            case UInt32(UInt8(ascii: "\t")): text += "\t"
            case let scalar? where !HiddenCharacters.contain(scalar): text.bytes += character.bytes
            default:
                for byte in character.bytes { text += ByteString(octal: byte) }
            }
        }
        return text
    }
}

extension ByteString {
    /// A backslash and three octal digits.
    fileprivate init(octal byte: UInt8) {
        self.init([UInt8(ascii: "\\"), 0x30 + byte >> 6, 0x30 + byte >> 3 & 7, 0x30 + byte & 7])
    }
}
