// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Reads a line of a byuid file from left to right.
///
/// Numbers are read as scanf(3) reads `%u`, as in authbind: blanks, a sign and zeros may precede the digits. But a
/// number that is too large or negative is an error here and does not wrap around.
package struct ByuidScanner {
    private var rest: ArraySlice<UInt8>

    package init(_ text: ArraySlice<UInt8>) { rest = text }

    /// Whether everything has been read.
    package var isAtEnd: Bool { rest.isEmpty }

    /// The next byte, without consuming it.
    package var next: UInt8? { rest.first }

    /// Consumes `byte` if it is the next byte; otherwise consumes nothing and returns false.
    package mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    /// Consumes blanks, if there are any.
    package mutating func skipBlanks() { rest = rest.drop(while: Digits.isBlank) }

    /// Consumes the text before the first of `delimiters`.
    package mutating func text(upTo delimiters: StaticString) -> ArraySlice<UInt8> {
        let text = rest.prefix { byte in
            unsafe !UnsafeBufferPointer(start: delimiters.utf8Start, count: delimiters.utf8CodeUnitCount).contains(byte)
        }
        rest = rest[text.endIndex...]
        return text
    }

    /// Reads a number; nil if there is none, or if it is negative or too large.
    /// - Parameter minus: whether a minus sign may precede the digits; only zero may have one.
    package mutating func number(minus: Bool = true) -> UInt32? {
        skipBlanks()
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative && minus || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let digits = rest.prefix(while: Digits.isDecimal)
        rest = rest[digits.endIndex...]
        guard let value = Digits.number(digits, upTo: UInt64(UInt32.max)) else { return nil }
        return isNegative && value != 0 ? nil : UInt32(value)
    }
}
