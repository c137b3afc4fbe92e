// SPDX-License-Identifier: Apache-2.0

/// An IPv4 address; `rawValue` is in host byte order, so that 127.0.0.1 is 0x7F000001.
public struct IPv4Address: RawRepresentable, Hashable, Sendable, ByteStringConvertible {
    /// The address as a number in host byte order.
    public let rawValue: UInt32

    /// Creates an address from a number in host byte order.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// 0.0.0.0.
    public static var any: IPv4Address { IPv4Address(rawValue: 0) }

    /// The dotted decimal form.
    package var byteString: ByteString {
        "\(rawValue >> 24).\(rawValue >> 16 & 255).\(rawValue >> 8 & 255).\(rawValue & 255)"
    }

    /// Parses four decimal numbers 0-255 with dots between them, as inet_pton(3) does: no leading zeros, nothing else.
    package init?(_ text: ByteString) { self.init(text.bytes[...]) }

    /// Like the other, for part of a text: rules are parsed ten thousand at a time.
    package init?(_ text: ArraySlice<UInt8>) {
        var (address, number, digits, dots): (UInt32, UInt32, Int, Int) = (0, 0, 0, 0)
        for byte in text {
            if byte == UInt8(ascii: "."), digits > 0, dots < 3 {
                address = address << 8 | number
                (number, digits, dots) = (0, 0, dots + 1)
            } else if let digit = Digits.value(of: byte), digit < 10, digits == 0 || number > 0 {
                (number, digits) = (number * 10 + UInt32(digit), digits + 1)
                if number > 255 { return nil }
            } else {
                return nil
            }
        }
        guard dots == 3, digits > 0 else { return nil }
        rawValue = address << 8 | number
    }
}

/// An IPv6 address as two numbers in host byte order: `high` holds the first eight bytes.
public struct IPv6Address: Hashable, Sendable, ByteStringConvertible {
    /// The first eight bytes of the address.
    public let high: UInt64
    /// The last eight bytes of the address.
    public let low: UInt64

    /// Creates an address from its halves, in host byte order.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `::`.
    public static var any: IPv6Address { IPv6Address(high: 0, low: 0) }

    /// The IPv4 address that this address represents, if it is in ::ffff:0:0/96 (RFC 4291, 2.5.5.2).
    public var mappedIPv4: IPv4Address? {
        high == 0 && low >> 32 == 0xFFFF ? IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)) : nil
    }

    /// The address as ::ffff:a.b.c.d.
    public init(mapping address: IPv4Address) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(address.rawValue)) }

    /// Whether the address is valid on one interface only, so that a socket needs the number of that as well: fe80::/10,
    /// ff02::/16 and similar ones (RFC 4291).
    package var needsInterface: Bool {
        let first = high >> 48
        return first & 0xFFC0 == 0xFE80 || first & 0xFF0F == 0xFF02 || first & 0xFF0F == 0xFF01
    }

    /// The sixteen bytes in network order.
    package var networkBytes: [UInt8] {
        let shifts: [UInt64] = [56, 48, 40, 32, 24, 16, 8, 0]
        return [high, low].flatMap { half in shifts.map { UInt8(truncatingIfNeeded: half >> $0) } }
    }

    /// Creates an address from sixteen bytes in network order.
    package init?(networkBytes bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for byte in bytes {
            halves.0 = halves.0 << 8 | halves.1 >> 56
            halves.1 = halves.1 << 8 | UInt64(byte)
        }
        self.init(high: halves.0, low: halves.1)
    }
}

/// An address of either family. There is no third, so that a `switch` can name both.
public enum IPAddress: Hashable, Sendable, ByteStringConvertible {
    /// An IPv4 address.
    case v4(IPv4Address)
    /// An IPv6 address.
    case v6(IPv6Address)

    /// Whether it is the wildcard of its family.
    public var isWildcard: Bool { self == .v4(.any) || self == .v6(.any) }

    /// The address, with an IPv4-mapped IPv6 address converted to IPv4.
    public var unmapped: IPAddress {
        if case .v6(let address) = self, let mapped = address.mappedIPv4 { return .v4(mapped) }
        return self
    }

    /// Whether it is an IPv4-mapped IPv6 address, which no socket for IPv6 alone (`IPV6_V6ONLY`) takes.
    package var isMapped: Bool { unmapped != self }

    /// The address as the C library writes it.
    package var byteString: ByteString {
        switch self {
        case .v4(let address): address.byteString
        case .v6(let address): address.byteString
        }
    }

    /// Parses an address of either family.
    package init?(_ text: ByteString) { self.init(text.bytes[...]) }

    /// Like the other, for part of a text.
    package init?(_ text: ArraySlice<UInt8>) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(ByteString(text)) {
            self = .v6(address)
        } else {
            return nil
        }
    }
}
