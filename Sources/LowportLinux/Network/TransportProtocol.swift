// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The protocol of a socket, as far as it affects permission to bind.
///
/// All facts about protocols are in this file only: the rules, messages, the kernel engine, listings and the programs
/// read them here.
@nonexhaustive
public enum TransportProtocol: UInt8, CaseIterable, Hashable, Sendable {
    /// TCP, and MPTCP, which shares its ports.
    case tcp
    /// UDP, and UDP-Lite.
    case udp
    /// SCTP, DCCP and all others with ports.
    case other

    /// Its name in lower case: `tcp`.
    package var name: ByteString { ByteString(stringLiteral: word) }

    /// The same, for comparisons without allocation.
    package var word: StaticString {
        switch self {
        case .tcp: "tcp"
        case .udp: "udp"
        case .other: "other"
        }
    }

    /// Whether the name is a word of rules and command lines.
    package var isWord: Bool {
        switch self {
        case .tcp, .udp: true
        case .other: false
        }
    }

    /// Those whose names are words of rules and command lines.
    package static var words: [TransportProtocol] { allCases.filter { $0.isWord } }

    /// Its IP protocol numbers (`SO_PROTOCOL`, socket(7)); the first is for creating sockets. Empty for `other`.
    package var protocolNumbers: [Int32] {
        switch self {
        case .tcp: [Int32(clinux_IPPROTO_TCP), Int32(clinux_IPPROTO_MPTCP)]
        case .udp: [Int32(clinux_IPPROTO_UDP), Int32(clinux_IPPROTO_UDPLITE)]
        case .other: []
        }
    }

    /// The protocol with the IP protocol number `number`.
    package init(protocolNumber number: Int32) {
        self = Self.allCases.first { $0.protocolNumbers.contains(number) } ?? .other
    }

    /// Whether a server listens (listen(2)) and has a connection for each client; otherwise it gets datagrams.
    package var listens: Bool {
        switch self {
        case .tcp, .other: true
        case .udp: false
        }
    }

    /// The type of its sockets (socket(2)).
    var socketType: Int32 { Int32(listens ? clinux_SOCK_STREAM : clinux_SOCK_DGRAM) }

    /// The states in which its sockets occupy a port, as kernel numbers (include/net/tcp_states.h): listening, or for
    /// datagram sockets with and without a peer.
    package var holdingStates: [UInt8] { listens ? [10] : [1, 7] }
}
