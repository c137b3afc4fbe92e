// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// The addresses of one family from a first to a last one, as in the lines of byuid files.
///
/// Unlike in an `AddressPrefix`, the wildcard address is an ordinary address, and an IPv4-mapped address is IPv6.
package struct AddressSpan: Hashable, Sendable {
    /// Whether the family is IPv4; otherwise it is IPv6.
    package let isIPv4: Bool
    /// The first address, as a number of 32 or 128 bits.
    package let first: UInt128
    /// The last address.
    package let last: UInt128

    /// Creates a span; nil if it is empty.
    init?(isIPv4: Bool, first: UInt128, last: UInt128) {
        guard first <= last else { return nil }
        self.isIPv4 = isIPv4
        self.first = first
        self.last = last
    }

    /// Creates the span of one address.
    package init(_ address: IPAddress) {
        (isIPv4, first) = Self.number(of: address)
        last = first
    }

    /// Whether `address` is in the span.
    package func contains(_ address: IPAddress) -> Bool {
        let (isIPv4, number) = Self.number(of: address)
        return isIPv4 == self.isIPv4 && first <= number && number <= last
    }

    /// The rest of the span without `address`: none, one or two spans.
    func subtracting(_ address: IPAddress) -> [AddressSpan] {
        guard contains(address) else { return [self] }
        let number = Self.number(of: address).1
        var rest: [AddressSpan] = []
        if first < number { rest += AddressSpan(isIPv4: isIPv4, first: first, last: number - 1).map { [$0] } ?? [] }
        if number < last { rest += AddressSpan(isIPv4: isIPv4, first: number + 1, last: last).map { [$0] } ?? [] }
        return rest
    }

    private static func number(of address: IPAddress) -> (Bool, UInt128) {
        switch address {
        case .v4(let address): (true, UInt128(address.rawValue))
        case .v6(let address): (false, UInt128(address.high) << 64 | UInt128(address.low))
        }
    }
}

extension ByuidRule {
    /// The addresses; nil if the first is above the last.
    var addresses: AddressSpan? { AddressSpan(isIPv4: family == .v4, first: first, last: last) }
}
