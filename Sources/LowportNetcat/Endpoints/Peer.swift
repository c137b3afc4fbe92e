// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The other end of a connection.
enum Peer: Equatable {
    case internet(SocketAddress)
    /// A Unix socket: a client seldom has an address, so the path is the listener's.
    case unix(ByteString)
    case vsock(VsockAddress)

    /// The peer in messages: the host and its port, or the path.
    func description(_ console: Console) -> ByteString {
        switch self {
        case .internet(let address): "\(console.name(of: address)) \(address.port)"
        case .unix(let path): path
        case .vsock(let address): "\(address.machine) \(address.port)"
        }
    }

    /// The address and port as text.
    var parts: (address: ByteString, port: ByteString) {
        switch self {
        case .internet(let address): (address.unmapped.host, address.port.byteString)
        case .unix(let path): (path, "")
        case .vsock(let address): (ByteString(decimal: address.machine), ByteString(decimal: address.port))
        }
    }
}
