// SPDX-License-Identifier: Apache-2.0

/// A port of TCP, UDP or a similar protocol, in host byte order.
package struct Port: RawRepresentable, Hashable, Comparable, Sendable, ByteStringConvertible {
    /// The number, 0-65535.
    package let rawValue: UInt16

    /// Creates the port with the number `rawValue`.
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Creates a port from its number in network byte order, as socket addresses hold it.
    package init(networkOrder: UInt16) { rawValue = UInt16(bigEndian: networkOrder) }

    /// The number in network byte order.
    package var networkOrder: UInt16 { rawValue.bigEndian }

    /// Numeric order.
    package static func < (left: Port, right: Port) -> Bool { left.rawValue < right.rawValue }

    /// The number in decimal.
    package var byteString: ByteString { ByteString(decimal: rawValue) }
}
