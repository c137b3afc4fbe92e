// SPDX-License-Identifier: Apache-2.0

/// Whole numbers in text: digits and nothing else, neither a sign nor a blank.
///
/// Every program reads numbers here. What may stand in front of them somewhere, as strtoul(3) has it, is taken off before.
public enum Digits {
    /// What `byte` is worth as a digit, with letters in either case, 0-15; nil if it is none.
    public static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Whether `byte` is one of the ten digits of decimal numbers.
    public static func isDecimal(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// Whether `byte` is a blank as isspace(3) has it in the C locale, which strtoul(3) passes over in front of a number.
    public static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 0x09 && byte <= 0x0D }

    /// The number that all of `text` is; nil if it is empty or has anything else in it, and above `limit`.
    /// - Parameters:
    ///   - text: the digits; zeros may stand in front.
    ///   - base: 2-16.
    ///   - limit: the greatest number that is accepted.
    public static func number(_ text: ArraySlice<UInt8>, base: UInt8 = 10, upTo limit: UInt64 = .max) -> UInt64? {
        if text.isEmpty { return nil }
        var number: UInt64 = 0
        for byte in text {
            guard let digit = value(of: byte), digit < base else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: UInt64(base))
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry || sum > limit { return nil }
            number = sum
        }
        return number
    }

    /// As the other, for a whole string.
    public static func number(_ text: ByteString, base: UInt8 = 10, upTo limit: UInt64 = .max) -> UInt64? {
        number(text.bytes[...], base: base, upTo: limit)
    }

    /// As `number`, but nil also if zeros stand in front: each number has one text.
    public static func canonicalNumber(
        _ text: ArraySlice<UInt8>,
        base: UInt8 = 10,
        upTo limit: UInt64 = .max
    ) -> UInt64? {
        if text.count > 1, text.first == UInt8(ascii: "0") { return nil }
        return number(text, base: base, upTo: limit)
    }

    /// As the other, for a whole string.
    public static func canonicalNumber(_ text: ByteString, base: UInt8 = 10, upTo limit: UInt64 = .max) -> UInt64? {
        canonicalNumber(text.bytes[...], base: base, upTo: limit)
    }
}
