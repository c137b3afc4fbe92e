// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Reads the values of options.
enum OptionValue {
    /// Why a text is not a number in a range.
    enum ValueError: Error, Equatable {
        case invalid, tooSmall, tooLarge

        /// The text in messages.
        var text: ByteString {
            switch self {
            case .invalid: "invalid"
            case .tooSmall: "too small"
            case .tooLarge: "too large"
            }
        }
    }

    /// A decimal number in `range`; leading blanks and a sign are accepted.
    static func number(_ text: ByteString, in range: ClosedRange<Int>) throws(ValueError) -> Int {
        var digits = text.bytes.drop(while: Digits.isBlank)
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard !digits.isEmpty, digits.allSatisfy(Digits.isDecimal) else { throw .invalid }
        // A number that does not fit is outside every range; only its sign matters.
        let limit = 1 << 48
        let magnitude = Digits.number(digits, upTo: UInt64(limit)).map { Int($0) } ?? limit
        let value = isNegative ? -magnitude : magnitude
        if value < range.lowerBound { throw .tooSmall }
        if value > range.upperBound { throw .tooLarge }
        return value
    }

    /// A number of seconds, or a number with one of the units `ms`, `s`, `m` and `h`.
    /// - Parameter maximum: the longest accepted duration, in milliseconds.
    static func duration(_ text: ByteString, maximum: Int = Int(Int32.max)) throws(ValueError) -> Milliseconds {
        var digits = text
        var factor = 1000
        for (unit, value) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)] as [(ByteString, Int)]
        where text.hasSuffix(unit) {
            digits = ByteString(text.bytes.dropLast(unit.count))
            factor = value
            break
        }
        let point = digits.bytes.firstIndex(of: UInt8(ascii: ".")) ?? digits.count
        let fraction = digits.bytes.dropFirst(point + 1)
        guard point == digits.count || !fraction.isEmpty, fraction.count <= 9 else { throw .invalid }
        let whole = try number(ByteString(digits.bytes[..<point]), in: 0...maximum / factor)
        var rest = 0
        var scale = factor
        for digit in fraction {
            guard let value = Digits.value(of: digit), value < 10 else { throw .invalid }
            rest += Int(value) * scale
            scale /= 10
        }
        return Milliseconds(rawValue: whole * factor + rest / 10)
    }
}
