// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Addresses that share their first bits: `192.0.2.0/24`.
package struct AddressPrefix: Hashable, Sendable, ByteStringConvertible {
    /// The first address; the bits after the prefix are 0.
    package let address: IPAddress
    /// The number of significant bits: 0-32 for IPv4, 0-128 for IPv6.
    package let length: Int

    /// Creates a prefix; nil if the length does not fit the family or bits after the prefix are set.
    ///
    /// A prefix of IPv4-mapped IPv6 addresses becomes the corresponding IPv4 prefix.
    package init?(_ address: IPAddress, length: Int) {
        guard length >= 0 else { return nil }
        var (address, length) = (address, length)
        if length >= 96, length <= 128, case .v4 = address.unmapped, case .v6 = address {
            (address, length) = (address.unmapped, length - 96)
        }
        guard length <= Self.width(of: address), Self.truncate(address, to: length) == address else { return nil }
        self.address = address
        self.length = length
    }

    /// Creates the prefix of the single address `address`.
    package init(_ address: IPAddress) {
        self.address = address.unmapped
        length = Self.width(of: address.unmapped)
    }

    /// Parses `192.0.2.10`, `127.0.0.0/8` or `::1`; nil for anything else, and if bits after the prefix are set.
    package init?(text: ByteString) { self.init(text.bytes[...]) }

    /// Like `init(text:)`, for a part of a line.
    init?(_ text: ArraySlice<UInt8>) {
        guard let (address, length) = Self.parts(of: text) else { return nil }
        self.init(address, length: length)
    }

    /// The probable intention of `127.0.0.1/8`: `127.0.0.0/8`.
    package static func withoutHostBits(_ text: ByteString) -> AddressPrefix? {
        guard let (address, length) = parts(of: text.bytes[...]), length <= width(of: address) else { return nil }
        return AddressPrefix(truncate(address, to: length), length: length)
    }

    private static func parts(of text: ArraySlice<UInt8>) -> (IPAddress, Int)? {
        let slash = text.firstIndex(of: UInt8(ascii: "/"))
        guard let address = IPAddress(text[..<(slash ?? text.endIndex)]) else { return nil }
        guard let slash else { return (address, width(of: address)) }
        guard let length = Digits.canonicalNumber(text[(slash + 1)...], upTo: 128) else { return nil }
        return (address, Int(length))
    }

    /// Whether `other` is one of the addresses. An address of one family never matches a prefix of the other.
    package func contains(_ other: IPAddress) -> Bool {
        switch (address, other) {
        case (.v4, .v4), (.v6, .v6): Self.truncate(other, to: length) == address
        default: false
        }
    }

    /// Whether a bind to `other` stays within the addresses. A wildcard address stays only within a prefix of length 0,
    /// because it accepts connections to every address.
    func covers(_ other: IPAddress) -> Bool { contains(other) && (length == 0 || !other.isWildcard) }

    /// Whether all addresses of `other` are in this prefix.
    package func contains(_ other: AddressPrefix) -> Bool { length <= other.length && contains(other.address) }

    #if !hasFeature(Embedded)
        /// All addresses of both families.
        package static let all = [AddressPrefix(.v4(.any), length: 0), AddressPrefix(.v6(.any), length: 0)].compactMap(
            \.self
        )

        /// The minimum number of prefixes that together are these addresses without those of `other`.
        package func subtracting(_ other: AddressPrefix) -> [AddressPrefix] {
            if other.contains(self) { return [] }
            guard contains(other) else { return [self] }
            // At each fork on the way from this prefix to `other`, the side that does not lead to `other` remains.
            return (length..<other.length).compactMap { length in
                let fork = Self.flip(other.address, bit: length)
                let rest = AddressPrefix(Self.truncate(fork, to: length + 1), length: length + 1)
                // Mapped addresses are judged as IPv4, so the IPv6 prefixes leave them out.
                return rest.flatMap { contains($0) ? $0 : nil }
            }
        }

        /// `address` with the bit number `bit` inverted; bit 0 is the first.
        private static func flip(_ address: IPAddress, bit: Int) -> IPAddress {
            switch address {
            case .v4(let address): .v4(IPv4Address(rawValue: address.rawValue ^ 1 << (31 - bit)))
            case .v6(let address):
                .v6(
                    IPv6Address(
                        high: bit < 64 ? address.high ^ 1 << UInt64(63 - bit) : address.high,
                        low: bit < 64 ? address.low : address.low ^ 1 << UInt64(127 - bit)
                    )
                )
            }
        }
    #endif

    /// `127.0.0.0/8`; a single address without a length.
    package var byteString: ByteString {
        length == Self.width(of: address) ? address.byteString : "\(address)/\(length)"
    }

    private static func width(of address: IPAddress) -> Int {
        switch address {
        case .v4: 32
        case .v6: 128
        }
    }

    /// `address` with all bits after the first `length` cleared.
    private static func truncate(_ address: IPAddress, to length: Int) -> IPAddress {
        switch address {
        case .v4(let address):
            return .v4(IPv4Address(rawValue: length == 0 ? 0 : address.rawValue & ~0 << (32 - length)))
        case .v6(let address):
            let high = length == 0 ? 0 : address.high & ~0 << UInt64(64 - min(length, 64))
            let low = length <= 64 ? 0 : address.low & ~0 << UInt64(128 - length)
            return .v6(IPv6Address(high: high, low: low))
        }
    }
}
