// SPDX-License-Identifier: Apache-2.0

/// What a program says: its own words, and between them what others wrote.
///
/// Literals are the program's own words. Whatever is interpolated comes from outside, and is escaped where the message is
/// shown, so that no call has to think of it; but a command, which is safe by itself, is shown as it is:
///
///     "cannot open \(path): \(error.sentence)"
public struct Message: Hashable, Sendable {
    /// The message for a terminal.
    public private(set) var shown: ByteString
    /// The message with the bytes of others as they are: for pipes whose readers want them, and for JSON.
    public private(set) var original: ByteString
    /// Whether there is a command in it, which must not be broken into lines.
    public private(set) var hasCommand = false

    /// Creates the message that is text from outside.
    public init(_ text: ByteString) {
        original = text
        shown = text.escaped
    }

    /// Creates the message that is a command.
    public init(_ command: ShellCommand) {
        original = command.text
        shown = command.text
        hasCommand = true
    }

    /// Appends `right` to `left`.
    public static func += (left: inout Message, right: Message) {
        left.original += right.original
        left.shown += right.shown
        left.hasCommand = left.hasCommand || right.hasCommand
    }

    /// The two messages, one behind the other.
    public static func + (left: Message, right: Message) -> Message {
        var both = left
        both += right
        return both
    }
}

/// What has a text with own words and those of others in it.
public protocol MessageConvertible: ByteStringConvertible {
    /// The text, which knows whose words are whose.
    var asMessage: Message { get }
}

extension MessageConvertible {
    /// The text as it is shown.
    public var byteString: ByteString { asMessage.shown }
}

extension Message: ExpressibleByStringInterpolation {
    /// Creates the message of a literal: our own words.
    public init(stringLiteral value: StaticString) {
        original = ByteString(stringLiteral: value)
        shown = original
    }

    /// Creates the message that an interpolation gathered.
    public init(stringInterpolation: Interpolation) { self = stringInterpolation.message }

    /// What may stand in an interpolation: what others wrote, numbers, messages and commands.
    public struct Interpolation: StringInterpolationProtocol {
        fileprivate var message: Message = ""

        /// Creates the gatherer.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Appends our own words.
        public mutating func appendLiteral(_ literal: StaticString) { message += Message(stringLiteral: literal) }

        /// Appends text from outside.
        public mutating func appendInterpolation(_ value: ByteString) { message += Message(value) }

        /// Appends text from outside.
        public mutating func appendInterpolation(_ value: String) { message += Message(ByteString(value)) }

        /// Appends text from outside.
        public mutating func appendInterpolation(_ value: some ByteStringConvertible) {
            message += Message(value.byteString)
        }

        /// Appends `value` in decimal.
        public mutating func appendInterpolation(_ value: some BinaryInteger) {
            message += Message(ByteString(decimal: value))
        }

        /// Appends a value that knows which of its words come from outside.
        public mutating func appendInterpolation(_ value: some MessageConvertible) { message += value.asMessage }

        /// Appends a message.
        public mutating func appendInterpolation(_ value: Message) { message += value }

        /// Appends a command.
        public mutating func appendInterpolation(_ value: ShellCommand) { message += Message(value) }
    }
}

extension Descriptor where Self: ~Copyable {
    /// Writes `message`: escaped to a terminal, and with the bytes of others as they are to anything else, as ls(1) does.
    public func show(_ message: Message) throws(Errno) {
        try write(isTerminal ? message.shown : message.original)
    }
}
