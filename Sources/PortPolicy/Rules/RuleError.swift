// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What is wrong with a line of a rules file.
public struct RuleError: Error, Hashable, Sendable {
    /// What should stand where the error is.
    public enum Expectation: Hashable, Sendable {
        /// A line that is not too long.
        case shorterLine
        /// A line without a carriage return at its end.
        case plainLineEnd
        /// The word that a rule begins with.
        case verb
        /// Whom the rule is for.
        case principal
        /// The name of a user or a group; `found` is a number.
        case name(ofGroup: Bool)
        /// One name, and not several with commas.
        case singleName(ofGroup: Bool)
        /// The number of a user or a group.
        case number(ofGroup: Bool)
        /// A protocol.
        case transport
        /// A port or a range.
        case ports
        /// An address or a prefix.
        case prefix
        /// A time.
        case time
        /// Whom a line confines.
        case confined
        /// Nothing more.
        case lineEnd
        /// The words that may come behind the ports, or the end of the line.
        case option
    }

    /// The line, counted from 1.
    public let line: Int
    /// The byte of the line that the error begins at, counted from 1.
    public let column: Int
    /// What stands there; empty at the end of the line.
    public let found: ByteString
    /// What should stand there.
    public let expected: Expectation
}
