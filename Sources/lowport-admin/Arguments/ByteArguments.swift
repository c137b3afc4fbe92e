// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import Synchronization

/// The arguments of the command line, byte for byte.
///
/// They come from the entry point: the standard library reads them from proc(5), and has none without it.
enum ProgramArguments {
    private static let stored = Mutex<[ByteString]>([])

    /// The arguments after the name of the program.
    static var words: ArraySlice<ByteString> { stored.withLock { $0.dropFirst() } }

    /// Stores `all` arguments, including the name of the program.
    static func store(_ all: [ByteString]) { stored.withLock { $0 = all } }
}

extension ByteString {
    /// The base of the scalars that stand for bytes; plane 16 is for private use.
    private static var base: UInt32 { 0x10_F700 }

    /// The argument as text for the parser, which accepts only text: each byte that is not ASCII becomes a scalar of
    /// its own.
    ///
    /// So no two arguments become the same text, no byte is combined with the preceding one, and no invalid byte is
    /// replaced.
    var argumentText: String {
        var text = String.UnicodeScalarView()
        for byte in bytes {
            let scalar = byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(Self.base + UInt32(byte))
            if let scalar { text.append(scalar) }
        }
        return String(text)
    }

    /// The bytes that `argumentText` turned into `text`, or a message that contains such text.
    init(argument text: String) {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if (Self.base + 0x80...Self.base + 0xFF).contains(scalar.value) {
                bytes.append(UInt8(scalar.value - Self.base))
            } else {
                bytes += Array(String(scalar).utf8)
            }
        }
        self.init(bytes)
    }
}

/// A path, a name or free text on the command line: any bytes except NUL.
struct BytesArgument: ExpressibleByArgument {
    let bytes: ByteString

    init?(argument: String) { bytes = ByteString(argument: argument) }
}

/// A number on the command line.
enum NumberArgument {
    /// Parses a decimal number without a sign.
    static func parse<Number: FixedWidthInteger>(_ argument: String) throws -> Number {
        try parse(argument, upTo: .max)
    }

    /// Parses a decimal number without a sign that is not above `maximum`.
    static func parse<Number: FixedWidthInteger>(_ argument: String, upTo maximum: Number) throws -> Number {
        guard let value = Digits.number(ByteString(argument: argument)), let number = Number(exactly: value),
            number <= maximum
        else { throw ValidationError("expected a number from 0 to \(maximum)") }
        return number
    }
}
