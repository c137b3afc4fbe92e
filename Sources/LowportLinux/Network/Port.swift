// SPDX-License-Identifier: Apache-2.0

/// A port of TCP, UDP or a similar protocol, in host byte order.
public struct Port: RawRepresentable, Hashable, Comparable, Sendable, ByteStringConvertible {
    /// The number, 0-65535.
    public let rawValue: UInt16

    /// Creates the port with the number `rawValue`.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Creates a port from its number in network byte order, as socket addresses hold it.
    package init(networkOrder: UInt16) { rawValue = UInt16(bigEndian: networkOrder) }

    /// The number in network byte order.
    package var networkOrder: UInt16 { rawValue.bigEndian }

    /// Numeric order.
    public static func < (left: Port, right: Port) -> Bool { left.rawValue < right.rawValue }

    /// The number in decimal.
    package var byteString: ByteString { ByteString(decimal: rawValue) }
}

extension Port: ExpressibleByIntegerLiteral {
    /// Creates the port of a literal: `80`.
    public init(integerLiteral value: UInt16) { rawValue = value }
}
