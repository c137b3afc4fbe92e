// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The protocols that a rule is for.
public struct TransportSet: OptionSet, Hashable, Sendable, ByteStringConvertible {
    /// One bit a protocol.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// TCP and MPTCP.
    public static var tcp: TransportSet { TransportSet(rawValue: 1) }
    /// UDP and UDP-Lite.
    public static var udp: TransportSet { TransportSet(rawValue: 2) }
    /// Every other protocol with ports; has no word of its own.
    public static var other: TransportSet { TransportSet(rawValue: 4) }
    /// All of them.
    public static var any: TransportSet { TransportSet(rawValue: 7) }

    /// Whether `transport` is in the set.
    public func includes(_ transport: TransportProtocol) -> Bool {
        switch transport {
        case .tcp: contains(.tcp)
        case .udp: contains(.udp)
        case .other: contains(.other)
        }
    }

    /// The words of the rules file: `tcp`, `udp`, `tcp,udp` or `any`.
    public var byteString: ByteString {
        if self == .any { return "any" }
        if contains([.tcp, .udp]) { return "tcp,udp" }
        return contains(.udp) ? "udp" : "tcp"
    }
}
