// SPDX-License-Identifier: Apache-2.0
package import Linux

/// Decimal numbers as the rules have them.
package enum Decimal {
    /// The value of a number without a sign and without leading zeros; nil for anything else, or if it is above `limit`.
    package static func value(of text: ArraySlice<UInt8>, upTo limit: UInt64) -> UInt64? {
        guard let first = text.first, text.count <= 19, text.count == 1 || first != UInt8(ascii: "0") else {
            return nil
        }
        var value: UInt64 = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return value <= limit ? value : nil
    }

    /// As the other, for a whole string.
    package static func value(of text: ByteString, upTo limit: UInt64) -> UInt64? {
        value(of: text.bytes[...], upTo: limit)
    }
}
