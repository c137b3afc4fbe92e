// SPDX-License-Identifier: Apache-2.0

/// Text as Linux represents it: bytes without an encoding or a terminating NUL.
///
/// Paths, arguments, names and file contents stay `ByteString`s from input to output, so that no byte is changed on the
/// way. Literals and interpolation work as for `String`:
///
///     "cannot open \(path): \(error.message)"
public struct ByteString: Hashable, Sendable {
    /// The bytes.
    public var bytes: [UInt8]

    /// Creates a byte string of `bytes`.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Creates a byte string of the bytes of `slice`.
    package init(_ slice: ArraySlice<UInt8>) { bytes = Array(slice) }

    /// Creates a byte string of the UTF-8 of `text`.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// Creates an empty byte string.
    public init() { bytes = [] }

    /// Creates the string of `parts`, with `separator` between them.
    package init(joining parts: [ByteString], with separator: ByteString) {
        self.init()
        for (index, part) in parts.enumerated() { self += index == 0 ? part : separator + part }
    }

    /// How many bytes there are.
    public var count: Int { bytes.count }

    /// Whether there are none.
    public var isEmpty: Bool { bytes.isEmpty }

    /// The two strings concatenated.
    package static func + (left: ByteString, right: ByteString) -> ByteString { ByteString(left.bytes + right.bytes) }

    /// Appends `right` to `left`.
    package static func += (left: inout ByteString, right: ByteString) { left.bytes += right.bytes }

    /// Whether the string begins with the bytes of `prefix`.
    package func hasPrefix(_ prefix: ByteString) -> Bool { bytes.starts(with: prefix.bytes) }

    /// Whether the string ends with the bytes of `suffix`.
    package func hasSuffix(_ suffix: ByteString) -> Bool {
        bytes.count >= suffix.count && bytes[(bytes.count - suffix.count)...].elementsEqual(suffix.bytes)
    }

    /// The parts between the bytes `separator`; empty parts are kept.
    package func split(on separator: UInt8) -> [ByteString] {
        bytes.split(separator: separator, omittingEmptySubsequences: false).map { ByteString($0) }
    }
}

extension ByteString: Comparable {
    /// Bytewise order, like strcmp(3).
    public static func < (left: ByteString, right: ByteString) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension ByteString: ExpressibleByStringInterpolation {
    /// Creates the byte string of a literal. It avoids `String`, whose views would be linked into each program.
    public init(stringLiteral value: StaticString) { bytes = value.bytes }

    /// Creates the byte string of an interpolation.
    public init(stringInterpolation: Interpolation) { bytes = stringInterpolation.bytes }

    /// The interpolation, of byte strings, text, whole numbers and single bytes.
    public struct Interpolation: StringInterpolationProtocol {
        var bytes: [UInt8] = []

        /// Creates it with capacity for the literal parts.
        public init(literalCapacity: Int, interpolationCount: Int) { bytes.reserveCapacity(literalCapacity) }

        /// Appends a literal part.
        public mutating func appendLiteral(_ literal: StaticString) { bytes += literal.bytes }

        /// Appends the bytes of `value`.
        public mutating func appendInterpolation(_ value: ByteString) { bytes += value.bytes }

        /// Appends the UTF-8 of `value`.
        public mutating func appendInterpolation(_ value: String) { bytes += value.utf8 }

        /// Appends `value` in decimal.
        public mutating func appendInterpolation(_ value: some BinaryInteger) {
            bytes += ByteString(decimal: value).bytes
        }

        /// Appends `value` as text.
        package mutating func appendInterpolation(_ value: some ByteStringConvertible) {
            bytes += value.byteString.bytes
        }
    }
}

extension StaticString {
    /// The UTF-8 of the text.
    fileprivate var bytes: [UInt8] {
        // SAFETY: a literal is never a single scalar here, so it has a start; the count is its own.
        unsafe Array(UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
    }
}

/// A type with one textual form.
package protocol ByteStringConvertible {
    /// The text.
    var byteString: ByteString { get }
}

extension ByteString {
    /// Creates the text of `value` in decimal.
    package init(decimal value: some BinaryInteger) {
        var digits: [UInt8] = []
        var rest = value.magnitude
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest != 0
        if value < 0 { digits.append(UInt8(ascii: "-")) }
        bytes = digits.reversed()
    }

    /// Creates the hexadecimal digits of `value`, in lower case.
    /// - Parameter width: the minimum number of digits, padded with leading zeros.
    package init(hexadecimal value: some FixedWidthInteger & UnsignedInteger, digits width: Int = 1) {
        var digits: [UInt8] = []
        var rest = value
        repeat {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            rest >>= 4
        } while rest != 0 || digits.count < width
        bytes = digits.reversed()
    }

    /// Creates the hexadecimal digits of `bytes`, two for each.
    package init(hexadecimal bytes: [UInt8]) {
        self.init()
        for byte in bytes { self += ByteString(hexadecimal: UInt32(byte), digits: 2) }
    }

    /// Calls `body` with the bytes as a C string, which ends at the first NUL byte.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let terminated = bytes + [0]
        return unsafe terminated.withUnsafeBytes { buffer in
            // SAFETY: the buffer is not empty, so it has a base address; a CChar is a byte.
            unsafe body(buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self))
        }
    }

    /// Copies the text in the C buffer `buffer`, up to its NUL.
    init(terminated buffer: [CChar]) { bytes = buffer.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) } }

    /// Copies a C string; nil gives an empty one.
    @unsafe package init(cString pointer: UnsafePointer<CChar>?) {
        guard let pointer = unsafe pointer else {
            self.init()
            return
        }
        var length = 0
        while unsafe pointer[length] != 0 { length += 1 }
        self.init(
            unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                for index in 0..<length { unsafe buffer[index] = UInt8(truncatingIfNeeded: pointer[index]) }
                count = length
            }
        )
    }
}
