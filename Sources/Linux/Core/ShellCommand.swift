// SPDX-License-Identifier: Apache-2.0

/// A command as it may be typed into a shell (sh(1) of POSIX), made of words.
///
/// A shell that reads the text gets exactly these words, and a person sees them: there is no command with a word that
/// has controls, other hidden characters, or bytes that are not UTF-8.
public struct ShellCommand: Hashable, Sendable {
    /// The text. It has no hidden characters, and goes to terminals as it is.
    public let text: ByteString

    private init(safe text: ByteString) { self.text = text }

    /// Creates the command of `words`, each in quotation marks if it needs them; nil if one cannot be shown.
    /// - Parameter quoted: a word that has quotation marks in any case, as people are used to write it.
    public init?(_ words: [ByteString], alwaysQuoting quoted: ByteString? = nil) {
        var text = ByteString()
        for word in words {
            guard word.isVisible else { return nil }
            // In front of the command, NAME=VALUE would be a variable.
            let isPlain = word.isPlainForShells && word != quoted && !(text.isEmpty && word.bytes.contains(0x3D))
            text += text.isEmpty ? "" : " "
            text += isPlain ? word : word.inQuotationMarks
        }
        self.text = text
    }

    /// The path as an operand: one that begins with a dash would be taken for an option.
    public static func operand(_ path: ByteString) -> ByteString { path.hasPrefix("-") ? "./" + path : path }

    /// The commands one after the other.
    public func then(_ next: ShellCommand) -> ShellCommand { ShellCommand(safe: "\(text); \(next.text)") }

    /// The command with what it writes as the input of `next`.
    public func piped(to next: ShellCommand) -> ShellCommand { ShellCommand(safe: "\(text) | \(next.text)") }

    /// The command with the words that `other` writes behind its own.
    public func applied(toOutputOf other: ShellCommand) -> ShellCommand {
        ShellCommand(safe: "\(text) $(\(other.text))")
    }
}

extension ShellCommand: ExpressibleByStringLiteral {
    /// Creates a command of our own, without anything from outside.
    public init(stringLiteral value: StaticString) { text = ByteString(stringLiteral: value) }
}

extension ByteString {
    /// Whether shells take the word as it is.
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

    /// The word in quotation marks, between which nothing but another one is special.
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
        public var description: String { text.description }
    }
#endif
