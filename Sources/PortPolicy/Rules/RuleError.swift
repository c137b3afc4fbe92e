// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    public import Linux
#endif

/// What is wrong with a line of a rules file.
public struct RuleError: Error, Hashable, Sendable, ByteStringConvertible {
    /// The line, counted from 1.
    public let line: Int
    /// The byte of the line that the fault begins at, counted from 1.
    public let column: Int
    /// What stands there; empty at the end of the line.
    public let found: ByteString
    /// What should stand there.
    public let expected: ByteString
    /// What was probably meant, if that can be guessed.
    public let suggestion: ByteString?

    /// `LINE:COLUMN: found "tpc", expected a protocol (tcp, udp or any); did you mean "tcp"?`
    public var byteString: ByteString {
        let what: ByteString = found.isEmpty ? "the line ends" : "found \"\(found)\""
        let guess: ByteString = suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
        return "\(line):\(column): \(what), expected \(expected)\(guess)"
    }
}
