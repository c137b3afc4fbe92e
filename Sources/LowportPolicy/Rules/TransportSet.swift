// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The protocols that a rule applies to.
package struct TransportSet: OptionSet, Hashable, Sendable, ByteStringConvertible {
    /// One bit per protocol.
    package let rawValue: UInt8

    /// Creates a set from its bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Creates the set of one protocol.
    package init(_ transport: TransportProtocol) { rawValue = 1 << transport.rawValue }

    /// TCP and MPTCP.
    package static var tcp: TransportSet { TransportSet(.tcp) }
    /// UDP and UDP-Lite.
    package static var udp: TransportSet { TransportSet(.udp) }
    /// Every other protocol with ports; it has no word of its own.
    package static var other: TransportSet { TransportSet(.other) }
    /// All protocols.
    package static var any: TransportSet { TransportProtocol.allCases.reduce([]) { $0.union(TransportSet($1)) } }

    /// Whether `transport` is in the set.
    package func includes(_ transport: TransportProtocol) -> Bool { contains(TransportSet(transport)) }

    /// The protocols in the set.
    package var transports: [TransportProtocol] { TransportProtocol.allCases.filter(includes) }

    /// The words of the rules file: `any`, or the names of the protocols separated by commas: `tcp`, `tcp,udp`; `none`
    /// for the empty set. `other` and `none` never occur in a file.
    package var byteString: ByteString {
        if self == .any { return "any" }
        guard let first = transports.first else { return "none" }
        return transports.dropFirst().reduce(first.name) { "\($0),\($1.name)" }
    }
}
