// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Decimal numbers as the rules have them.
enum Decimal {
    /// The value of a number without a sign and without leading zeros; nil for anything else, or if it is above `limit`.
    static func value(of text: ByteString, upTo limit: UInt64) -> UInt64? {
        guard !text.isEmpty, text.count <= 19, text.count == 1 || text.bytes[0] != UInt8(ascii: "0") else { return nil }
        var value: UInt64 = 0
        for byte in text.bytes {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return value <= limit ? value : nil
    }
}
