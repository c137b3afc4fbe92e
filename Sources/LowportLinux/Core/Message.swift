// SPDX-License-Identifier: Apache-2.0

/// A message of a program: its own words, and untrusted text between them.
///
/// Literals are the program's own words. Interpolated values are untrusted and escaped where the message is shown, so
/// that no caller has to do it; but a command, which is safe by itself, is shown unchanged:
///
///     "cannot open \(path): \(error.sentence)"
package struct Message: Hashable, Sendable {
    /// The message for a terminal.
    package private(set) var shown: ByteString
    /// The message with untrusted bytes unchanged: for pipes whose readers want them, and for JSON.
    package private(set) var original: ByteString
    /// Whether it contains a command, which must not be broken into lines.
    package private(set) var hasCommand = false

    /// Creates a message of untrusted text.
    package init(_ text: ByteString) {
        original = text
        shown = text.escaped
    }

    /// Creates a message of a command.
    package init(_ command: ShellCommand) {
        original = command.text
        shown = command.text
        hasCommand = true
    }

    /// Appends `right` to `left`.
    package static func += (left: inout Message, right: Message) {
        left.original += right.original
        left.shown += right.shown
        left.hasCommand = left.hasCommand || right.hasCommand
    }

    /// The two messages concatenated.
    package static func + (left: Message, right: Message) -> Message {
        var both = left
        both += right
        return both
    }
}

/// A type whose text has own and untrusted words.
package protocol MessageConvertible: ByteStringConvertible {
    /// The text, as a `Message`.
    var asMessage: Message { get }
}

extension MessageConvertible {
    /// The text as it is shown.
    package var byteString: ByteString { asMessage.shown }
}

extension Message: ExpressibleByStringInterpolation {
    /// Creates a message of a literal: own words.
    package init(stringLiteral value: StaticString) {
        original = ByteString(stringLiteral: value)
        shown = original
    }

    /// Creates the message of an interpolation.
    package init(stringInterpolation: Interpolation) { self = stringInterpolation.message }

    /// The interpolation, of untrusted text, numbers, messages and commands.
    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var message: Message = ""

        /// Creates it empty.
        package init(literalCapacity: Int, interpolationCount: Int) {}

        /// Appends own words.
        package mutating func appendLiteral(_ literal: StaticString) { message += Message(stringLiteral: literal) }

        /// Appends text from outside.
        package mutating func appendInterpolation(_ value: ByteString) { message += Message(value) }

        /// Appends text from outside.
        package mutating func appendInterpolation(_ value: String) { message += Message(ByteString(value)) }

        /// Appends text from outside.
        package mutating func appendInterpolation(_ value: some ByteStringConvertible) {
            message += Message(value.byteString)
        }

        /// Appends `value` in decimal.
        package mutating func appendInterpolation(_ value: some BinaryInteger) {
            message += Message(ByteString(decimal: value))
        }

        /// Appends a value with both own and untrusted words.
        package mutating func appendInterpolation(_ value: some MessageConvertible) { message += value.asMessage }

        /// Appends a message.
        package mutating func appendInterpolation(_ value: Message) { message += value }

        /// Appends a command.
        package mutating func appendInterpolation(_ value: ShellCommand) { message += Message(value) }
    }
}

extension Descriptor where Self: ~Copyable {
    /// Writes `message`: escaped to a terminal, and with untrusted bytes unchanged to anything else, as ls(1) does.
    package func show(_ message: Message) throws(Errno) {
        try write(isTerminal ? message.shown : message.original)
    }
}
