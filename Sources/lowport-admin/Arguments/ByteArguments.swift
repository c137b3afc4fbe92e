// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import Synchronization

/// The words of the command line, byte for byte.
///
/// They come from the entry point: what the library of the language offers is read from proc(5), and is nothing without it.
enum ProgramArguments {
    private static let stored = Mutex<[ByteString]>([])

    /// The words behind the name of the program.
    static var words: ArraySlice<ByteString> { stored.withLock { $0.dropFirst() } }

    /// Remembers `all` words, that of the program's name in front.
    static func store(_ all: [ByteString]) { stored.withLock { $0 = all } }
}

extension ByteString {
    /// The first of the scalars that stand for bytes; plane 16 is for private use.
    private static var base: UInt32 { 0x10_F700 }

    /// The argument as text for the parser, which knows nothing else: each byte that is not ASCII is a scalar of its own.
    ///
    /// So no two arguments are the same text, nothing is joined with what stands before it, and nothing is repaired.
    var argumentText: String {
        var text = String.UnicodeScalarView()
        for byte in bytes {
            let scalar = byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(Self.base + UInt32(byte))
            if let scalar { text.append(scalar) }
        }
        return String(text)
    }

    /// The bytes that `argumentText` made `text` of, or a message that has some of it in it.
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

/// A path, a name or free text of the command line: any bytes but NUL.
struct BytesArgument: ExpressibleByArgument {
    let bytes: ByteString

    init?(argument: String) { bytes = ByteString(argument: argument) }
}
