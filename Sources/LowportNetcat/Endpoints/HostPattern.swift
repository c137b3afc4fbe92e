// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A set of addresses, as `--allow` and `--deny` name them.
///
///     192.0.2.7     2001:db8::1     an address
///     192.0.2.0/24  2001:db8::/32   a prefix
///     192.0.2.1-9   10.0,2.*.7      a range, a choice or anything in place of a number
enum HostPattern: Equatable {
    /// Addresses with the same prefix. An IPv4 address counts as IPv4-mapped, with 96 bits more.
    case prefix(IPv6Address, length: Int)
    /// For each of the four numbers, the ranges that it may be in.
    case numbers([[ClosedRange<UInt8>]])

    /// Reads `text`; nil if it is neither of these, and so may be the name of a host.
    init?(_ text: ByteString) {
        let parts = text.split(on: UInt8(ascii: "/"))
        if let address = IPAddress(parts[0]) {
            let maximum = address.family == .v4 ? 32 : 128
            var length = maximum
            if parts.count == 2 {
                guard let given = try? OptionValue.number(parts[1], in: 0...maximum) else { return nil }
                length = given
            }
            guard parts.count <= 2 else { return nil }
            self = .prefix(address.mapped, length: length + 128 - maximum)
            return
        }
        guard parts.count == 1 else { return nil }
        let numbers = text.split(on: UInt8(ascii: ".")).map { HostPattern.ranges($0) }
        guard numbers.count == 4, !numbers.contains(where: { $0.isEmpty }) else { return nil }
        self = .numbers(numbers)
    }

    /// The address `address` alone.
    init(_ address: IPAddress) { self = .prefix(address.mapped, length: 128) }

    /// The choices for one number: `*`, or numbers and ranges separated by commas. Empty if there is a mistake.
    private static func ranges(_ text: ByteString) -> [ClosedRange<UInt8>] {
        if text == "*" { return [0...255] }
        var ranges: [ClosedRange<UInt8>] = []
        for choice in text.split(on: UInt8(ascii: ",")) {
            let ends = choice.split(on: UInt8(ascii: "-"))
            guard ends.count <= 2, let low = number(ends[0], or: ends.count == 2 ? 0 : nil),
                let high = number(ends[ends.count - 1], or: ends.count == 2 ? 255 : nil), low <= high
            else { return [] }
            ranges.append(low...high)
        }
        return ranges
    }

    private static func number(_ text: ByteString, or missing: UInt8?) -> UInt8? {
        if text.isEmpty { return missing }
        return Digits.number(text, upTo: 255).map { UInt8($0) }
    }

    /// Whether `address` matches. An IPv4-mapped IPv6 address counts as the IPv4 address.
    func contains(_ address: IPAddress) -> Bool {
        switch self {
        case .prefix(let prefix, let length):
            let address = address.mapped
            let high = min(length, 64), low = length - high
            return (address.high ^ prefix.high) & HostPattern.mask(high) == 0
                && (address.low ^ prefix.low) & HostPattern.mask(low) == 0
        case .numbers(let numbers):
            guard case .v4(let address) = address.unmapped else { return false }
            for (index, ranges) in numbers.enumerated() {
                let number = UInt8(truncatingIfNeeded: address.rawValue >> UInt32(24 - 8 * index))
                if !ranges.contains(where: { $0.contains(number) }) { return false }
            }
            return true
        }
    }

    private static func mask(_ length: Int) -> UInt64 { length == 0 ? 0 : ~0 << UInt64(64 - length) }
}

extension IPAddress {
    /// The address as an IPv6 address.
    fileprivate var mapped: IPv6Address {
        switch self {
        case .v4(let address): IPv6Address(mapping: address)
        case .v6(let address): address
        }
    }
}
