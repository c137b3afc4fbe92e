// SPDX-License-Identifier: Apache-2.0

/// A shell command (sh(1) of POSIX), made of words.
///
/// A shell parses the text into exactly these words, and all of them are visible: no word has controls, other hidden
/// characters, or bytes that are not UTF-8.
package struct ShellCommand: Hashable, Sendable {
    /// The text. It has no hidden characters, and terminals get it unescaped.
    package let text: ByteString

    private init(safe text: ByteString) { self.text = text }

    /// Creates the command of `words`, quoted if needed; nil if a word is not visible.
    /// - Parameter quoted: a word to quote in any case, as is customary.
    package init?(_ words: [ByteString], alwaysQuoting quoted: ByteString? = nil) {
        var text = ByteString()
        for word in words {
            guard word.isVisible else { return nil }
            // As the first word, NAME=VALUE would be an assignment.
            let isPlain = word.isPlainForShells && word != quoted && !(text.isEmpty && word.bytes.contains(0x3D))
            text += text.isEmpty ? "" : " "
            text += isPlain ? word : word.inQuotationMarks
        }
        self.text = text
    }

    /// The path as an operand: a leading dash would make it an option.
    package static func operand(_ path: ByteString) -> ByteString { path.hasPrefix("-") ? "./" + path : path }

    /// The two commands in sequence.
    package func then(_ next: ShellCommand) -> ShellCommand { ShellCommand(safe: "\(text); \(next.text)") }

    /// The command with its output piped to `next`.
    package func piped(to next: ShellCommand) -> ShellCommand { ShellCommand(safe: "\(text) | \(next.text)") }

    /// The command with the output of `other` as additional words.
    package func applied(toOutputOf other: ShellCommand) -> ShellCommand {
        ShellCommand(safe: "\(text) $(\(other.text))")
    }
}

extension ShellCommand: ExpressibleByStringLiteral {
    /// Creates a command of own words only.
    package init(stringLiteral value: StaticString) { text = ByteString(stringLiteral: value) }
}

extension ByteString {
    /// Whether shells leave the word unchanged.
    fileprivate var isPlainForShells: Bool {
        !isEmpty
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                // The range is `+`, `,`, `-`, `.`, `/`, the digits and `:`.
                case UInt8(ascii: "+")...UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// The word in single quotes, in which only another single quote is special.
    fileprivate var inQuotationMarks: ByteString {
        var result: ByteString = "'"
        for byte in bytes {
            if byte == UInt8(ascii: "'") { result += "'\\''" } else { result.bytes.append(byte) }
        }
        return result + "'"
    }
}

#if !hasFeature(Embedded)
    extension ShellCommand: CustomStringConvertible {
        /// The text.
        package var description: String { text.description }
    }
#endif
