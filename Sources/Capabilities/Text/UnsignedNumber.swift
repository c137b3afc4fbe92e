// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// A number at the beginning of a text, as strtoul(3) reads it in base 0, without its blanks and signs.
///
/// Decimal; octal behind `0`; hexadecimal behind `0x` or `0X`. Without a hexadecimal digit behind `0x`, the number is
/// the `0`. A number that does not fit is `UInt64.max`, as strtoul has it where `long` has 64 bits.
struct UnsignedNumber {
    /// The number.
    private(set) var value: UInt64 = 0
    /// How many bytes it takes; 0 if there is none.
    private(set) var length = 0
    /// Whether it does not fit.
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
