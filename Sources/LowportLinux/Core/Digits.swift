// SPDX-License-Identifier: Apache-2.0

/// Whole numbers in text: only digits, without sign or blanks.
///
/// Every program parses numbers here. Prefixes that strtoul(3) would accept are removed before.
package enum Digits {
    /// The value of `byte` as a digit, 0-15, with letters in either case; nil if it is none.
    package static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Whether `byte` is a decimal digit.
    package static func isDecimal(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// Whether `byte` is white space for isspace(3) in the C locale, which strtoul(3) skips before a number.
    package static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 0x09 && byte <= 0x0D }

    /// Parses all of `text` as a number; nil if it is empty, has other characters, or is above `limit`.
    /// - Parameters:
    ///   - text: the digits; leading zeros are allowed.
    ///   - base: 2-16.
    ///   - limit: the greatest number accepted.
    package static func number(_ text: ArraySlice<UInt8>, base: UInt8 = 10, upTo limit: UInt64 = .max) -> UInt64? {
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
    package static func number(_ text: ByteString, base: UInt8 = 10, upTo limit: UInt64 = .max) -> UInt64? {
        number(text.bytes[...], base: base, upTo: limit)
    }

    /// Like `number`, but rejects leading zeros: each number has one text.
    package static func canonicalNumber(
        _ text: ArraySlice<UInt8>,
        base: UInt8 = 10,
        upTo limit: UInt64 = .max
    ) -> UInt64? {
        if text.count > 1, text.first == UInt8(ascii: "0") { return nil }
        return number(text, base: base, upTo: limit)
    }

    /// As the other, for a whole string.
    package static func canonicalNumber(_ text: ByteString, base: UInt8 = 10, upTo limit: UInt64 = .max) -> UInt64? {
        canonicalNumber(text.bytes[...], base: base, upTo: limit)
    }
}
