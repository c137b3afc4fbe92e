// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// Whether the socket preserves message boundaries (`SOCK_DGRAM`, `SOCK_SEQPACKET`).
    package var isDatagramSocket: Bool {
        guard let type = try? option(SOL_SOCKET, SO_TYPE) else { return false }
        return Int(type) != clinux_SOCK_STREAM
    }

    /// Whether it is a TCP socket.
    package var isTCP: Bool {
        guard (try? internetFamily()) != nil, !isDatagramSocket else { return false }
        return (try? transportProtocol()) == .tcp
    }
}

extension IPAddress {
    /// The family of the address.
    package var family: InternetFamily {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }
}
