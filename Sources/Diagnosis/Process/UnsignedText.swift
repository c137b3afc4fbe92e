// SPDX-License-Identifier: Apache-2.0
internal import Linux

extension ByteString {
    /// The number that all of the text is in digits of `radix`, with no sign, as the kernel writes it; nil for anything
    /// else, and if it does not fit.
    func unsigned(radix: UInt64 = 10) -> UInt64? {
        if isEmpty { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            let digit: UInt64
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt64(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = UInt64(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
            let (product, overflow) = value.multipliedReportingOverflow(by: radix)
            let (sum, carry) = product.addingReportingOverflow(digit)
            if digit >= radix || overflow || carry { return nil }
            value = sum
        }
        return value
    }
}
