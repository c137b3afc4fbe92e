// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The protocols that a rule is for.
public struct TransportSet: OptionSet, Hashable, Sendable, ByteStringConvertible {
    /// One bit a protocol.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Creates the set of one protocol.
    public init(_ transport: TransportProtocol) { rawValue = 1 << transport.rawValue }

    /// TCP and MPTCP.
    public static var tcp: TransportSet { TransportSet(.tcp) }
    /// UDP and UDP-Lite.
    public static var udp: TransportSet { TransportSet(.udp) }
    /// Every other protocol with ports; has no word of its own.
    public static var other: TransportSet { TransportSet(.other) }
    /// All of them.
    public static var any: TransportSet { TransportProtocol.allCases.reduce([]) { $0.union(TransportSet($1)) } }

    /// Whether `transport` is in the set.
    public func includes(_ transport: TransportProtocol) -> Bool { contains(TransportSet(transport)) }

    /// The protocols in the set.
    public var transports: [TransportProtocol] { TransportProtocol.allCases.filter(includes) }

    /// The words of the rules file: `any`, or the names of the protocols with commas between: `tcp`, `tcp,udp`; `none` for the
    /// empty set. `other` and `none` are in no file.
    public var byteString: ByteString {
        if self == .any { return "any" }
        guard let first = transports.first else { return "none" }
        return transports.dropFirst().reduce(first.name) { "\($0),\($1.name)" }
    }
}
