// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Tells a server who the client is, before the client's data (PROXY protocol, specification of HAProxy).
enum ProxyAnnouncement {
    /// A line of text (version 1).
    case line
    /// A binary header (version 2).
    case header

    /// The bytes for the client `peer` that is connected through `socket`.
    func bytes(for peer: Peer, _ socket: borrowing FileDescriptor) -> [UInt8] {
        let client: SocketAddress? = if case .internet(let address) = peer { address } else { nil }
        return ProxyAnnouncement.line(from: client, to: try? socket.localAddress()).bytes
    }

    /// The line for a client at `client` that connected to `place`.
    static func line(from client: SocketAddress?, to place: SocketAddress?) -> ByteString {
        guard let client, let place else { return "PROXY UNKNOWN\r\n" }
        let (source, target) = (client.address.unmapped, place.address.unmapped)
        guard source.family == target.family else { return "PROXY UNKNOWN\r\n" }
        let family: ByteString = source.family == .v4 ? "TCP4" : "TCP6"
        return "PROXY \(family) \(source) \(target) \(client.port) \(place.port)\r\n"
    }
}
