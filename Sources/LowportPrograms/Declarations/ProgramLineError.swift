// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
package import LowportLinux
internal import LowportPolicy

/// An error in a line of lowport.programs(5).
package struct ProgramLineError: Error, Hashable, Sendable {
    /// What is expected at the position of the error.
    package enum Expectation: Hashable, Sendable {
        /// A line that is not too long.
        case shorterLine
        /// A line without a carriage return at its end.
        case plainLineEnd
        /// The word that a line begins with.
        case verb
        /// The path of the program.
        case path
        /// The name of a capability.
        case capability
        /// The number of a capability.
        case number
        /// Flags after an operator.
        case flags
        /// The end of a word.
        case wordEnd
        /// Capabilities, of which the words leave none.
        case something
        /// Capabilities that a file can have.
        case fileCapabilities
        /// The SHA-256 of a content.
        case digest
        /// The end of the line.
        case lineEnd
    }

    /// The line, counted from 1.
    package let line: Int
    /// The byte of the line at which the error begins, counted from 1.
    package let column: Int
    /// The text at that position; empty at the end of the line.
    package let found: ByteString
    /// What is expected at that position.
    package let expected: Expectation
}

extension ProgramLineError: MessageConvertible {
    /// `LINE:COLUMN: found "cap_net_bnd", expected the name of a capability`.
    package var asMessage: Message { "\(line):\(column): \(message)" }

    /// The message without the position.
    package var message: Message {
        let what: Message = found.isEmpty ? "the line ends" : "found \"\(found)\""
        let problem: Message = expected == .shorterLine ? "the line is too long" : what
        let guess: Message = suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
        return "\(problem), expected \(expected)\(guess)"
    }

    /// The probable intention; nil if it cannot be guessed.
    package var suggestion: ByteString? {
        switch expected {
        case .verb: Spelling.nearest(to: found, among: ["program"])
        case .capability: Self.capability(near: found)
        case .lineEnd: Spelling.nearest(to: found, among: ["unverified"])
        default: nil
        }
    }

    /// The name of a capability without its prefix, or with a typing error.
    private static func capability(near name: ByteString) -> ByteString? {
        if Capability(named: "cap_\(name)") != nil { return "cap_\(name)" }
        let all = (0..<Capability.limit).map { Capability(number: $0).byteString }.filter { $0.hasPrefix("cap_") }
        return Spelling.nearest(to: name, among: all)
    }
}

extension ProgramLineError.Expectation: ByteStringConvertible {
    /// The description of what is expected.
    package var byteString: ByteString {
        switch self {
        case .shorterLine: "at most \(ProgramsFile.maximumLineLength) bytes"
        case .plainLineEnd: "a line that ends with a newline alone (this file has DOS line ends)"
        case .verb: "\"program\""
        case .path: "the absolute path of a program, without //, /./, /../ and blanks (/usr/bin/node)"
        case .capability: "the name of a capability (cap_net_bind_service)"
        case .number: "the number of a capability, 0-63"
        case .flags: "one or more of the flags e, i and p"
        case .wordEnd: "a blank, a comma or the end of the line"
        case .something: "capabilities to keep, of which these words leave none"
        case .fileCapabilities: "the flag e for all capabilities or for none, as a file has it"
        case .digest: "64 hexadecimal digits in lower case, as sha256sum writes them"
        case .lineEnd: "\"sha256:DIGITS\", \"unverified\" or the end of the line"
        }
    }
}
