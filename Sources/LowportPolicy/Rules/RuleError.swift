// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// An error in a line of a rules file.
public struct RuleError: Error, Hashable, Sendable {
    /// What is expected at the position of the error.
    package enum Expectation: Hashable, Sendable {
        /// A line that is not too long.
        case shorterLine
        /// A line without a carriage return at its end.
        case plainLineEnd
        /// The word that a line begins with.
        case verb
        /// The principal of the rule.
        case principal
        /// The name of a user or a group; `found` is a number.
        case name(ofGroup: Bool)
        /// A single name, not several separated by commas.
        case singleName(ofGroup: Bool)
        /// The number of a user or a group.
        case number(ofGroup: Bool)
        /// The path of a program.
        case program
        /// A protocol.
        case transport
        /// A port or a range.
        case ports
        /// An address or a prefix.
        case prefix
        /// A time.
        case time
        /// The principal that a line confines.
        case confined
        /// The end of the line.
        case lineEnd
        /// The words that may follow the ports, or the end of the line.
        case option
    }

    /// The line, counted from 1.
    public let line: Int
    /// The byte of the line at which the error begins, counted from 1.
    public let column: Int
    /// The text at that position; empty at the end of the line.
    package let found: ByteString
    /// What is expected at that position.
    package let expected: Expectation
}
