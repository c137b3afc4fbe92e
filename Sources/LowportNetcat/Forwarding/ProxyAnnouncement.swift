// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Tells a server who the client is, before the client's data (PROXY protocol, specification of HAProxy).
enum ProxyAnnouncement {
    /// A line of text (version 1).
    case line
    /// A binary header (version 2).
    case header

    /// The bytes for the client `peer` that is connected through `socket`.
    func bytes(for peer: Peer, _ socket: borrowing FileDescriptor) -> [UInt8] {
        switch (self, peer) {
        case (.line, .internet(let client)):
            return ProxyAnnouncement.line(from: client, to: try? socket.localAddress()).bytes
        case (.line, _): return ProxyAnnouncement.line(from: nil, to: nil).bytes
        case (.header, .internet(let client)):
            return ProxyAnnouncement.header(from: client, to: try? socket.localAddress())
        case (.header, .unix):
            let (client, place) = (try? socket.peerUnixAddress(), try? socket.localUnixAddress())
            return ProxyAnnouncement.header(from: client, to: place)
        case (.header, .vsock): return ProxyAnnouncement.header(family: 0, addresses: [])
        }
    }

    /// The line for a client at `client` that connected to `place`.
    static func line(from client: SocketAddress?, to place: SocketAddress?) -> ByteString {
        guard let client, let place else { return "PROXY UNKNOWN\r\n" }
        let (source, target) = (client.address.unmapped, place.address.unmapped)
        guard source.family == target.family else { return "PROXY UNKNOWN\r\n" }
        let family: ByteString = source.family == .v4 ? "TCP4" : "TCP6"
        return "PROXY \(family) \(source) \(target) \(client.port) \(place.port)\r\n"
    }

    /// The header for a client at `client` that connected to `place`.
    static func header(from client: SocketAddress, to place: SocketAddress?) -> [UInt8] {
        guard let place else { return header(family: 0, addresses: []) }
        let ports = bigEndian(client.port.rawValue) + bigEndian(place.port.rawValue)
        switch (client.address.unmapped, place.address.unmapped) {
        case (.v4(let source), .v4(let target)):
            return header(family: 0x11, addresses: bytes(source) + bytes(target) + ports)
        case (.v6(let source), .v6(let target)):
            return header(family: 0x21, addresses: source.networkBytes + target.networkBytes + ports)
        default: return header(family: 0, addresses: [])
        }
    }

    /// The header for a client of a Unix socket, of which most have no address.
    static func header(from client: UnixAddress?, to place: UnixAddress?) -> [UInt8] {
        header(family: 0x31, addresses: field(client) + field(place))
    }

    /// The signature, version 2 with the command PROXY, the family and protocol, and the addresses after their length. The
    /// family 0 stands for addresses that the protocol has no form for.
    private static func header(family: UInt8, addresses: [UInt8]) -> [UInt8] {
        let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
        return signature + [0x21, family] + bigEndian(UInt16(addresses.count)) + addresses
    }

    private static func bigEndian(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

    private static func bytes(_ address: IPv4Address) -> [UInt8] {
        bigEndian(UInt16(address.rawValue >> 16)) + bigEndian(UInt16(address.rawValue & 0xFFFF))
    }

    /// The name in 108 bytes, with NULs behind it.
    private static func field(_ address: UnixAddress?) -> [UInt8] {
        let name = address?.nameBytes ?? []
        return name + [UInt8](repeating: 0, count: 108 - name.count)
    }
}
