// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A number at the beginning of a text, as strtoul(3) reads it in base 0, but without blanks and signs before it.
///
/// Decimal; octal after `0`; hexadecimal after `0x` or `0X`. Without a hexadecimal digit after `0x`, the number is the
/// `0`. A number that is too large becomes `UInt64.max`, as in strtoul where `long` has 64 bits.
struct UnsignedNumber {
    private(set) var value: UInt64 = 0
    /// The length of the number in bytes; 0 if there is none.
    private(set) var length = 0
    /// Whether the number does not fit into 64 bits.
    private(set) var isTooLarge = false

    init(prefixOf text: ArraySlice<UInt8>) {
        var digits = text
        var base: UInt64 = 10
        if digits.first == UInt8(ascii: "0") {
            base = 8
            let rest = digits.dropFirst()
            if rest.first?.lowercased == UInt8(ascii: "x"), let digit = rest.dropFirst().first,
                Digits.value(of: digit) != nil
            {
                base = 16
                digits = rest.dropFirst()
            }
        }
        while let digit = digits.first.flatMap(Digits.value).map({ UInt64($0) }), digit < base {
            let (product, overflowed) = value.multipliedReportingOverflow(by: base)
            let (sum, overflowedToo) = product.addingReportingOverflow(digit)
            isTooLarge = isTooLarge || overflowed || overflowedToo
            value = sum
            digits = digits.dropFirst()
        }
        if isTooLarge { value = .max }
        length = digits.startIndex - text.startIndex
    }
}
