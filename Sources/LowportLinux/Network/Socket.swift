// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The address family of an internet socket.
package enum InternetFamily: Hashable, Sendable {
    case v4, v6

    var rawValue: Int32 { self == .v4 ? AF_INET : AF_INET6 }
}

extension FileDescriptor {
    /// Makes an unbound socket. `SOCK_CLOEXEC` is always set.
    ///
    /// The corresponding system call is socket(2).
    package static func socket(_ family: InternetFamily, _ transport: TransportProtocol) throws(Errno) -> FileDescriptor
    {
        let descriptor = try valueOrErrno(.socket) {
            LowportCLinux.socket(family.rawValue, transport.socketType | Int32(clinux_SOCK_CLOEXEC), 0)
        }
        return FileDescriptor(owning: descriptor)
    }
}

extension Descriptor where Self: ~Copyable {
    /// Binds the socket to `address`.
    ///
    /// The corresponding system call is bind(2).
    package func bind(to address: SocketAddress) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.bind) {
            unsafe address.withSockaddr { unsafe LowportCLinux.bind(descriptor, $0, $1) }
        }
    }

    /// The address that the socket is bound to.
    ///
    /// The corresponding system call is getsockname(2). Throws EAFNOSUPPORT for a socket that is not IPv4 or IPv6.
    package func localAddress() throws(Errno) -> SocketAddress {
        let descriptor = rawValue
        var received = ReceivedAddress()
        try nothingOrErrno(.getSocketName) { unsafe received.fill { unsafe getsockname(descriptor, $0, $1) } }
        guard let address = received.internet else { throw .addressFamilyNotSupported }
        return address
    }

    /// The value of a whole-number socket option.
    ///
    /// The corresponding system call is getsockopt(2).
    func option(_ level: Int32, _ name: Int32) throws(Errno) -> Int32 {
        let descriptor = rawValue
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try nothingOrErrno(.getSocketOption) { unsafe getsockopt(descriptor, level, name, &value, &length) }
        return value
    }

    /// Sets a whole-number socket option.
    ///
    /// The corresponding system call is setsockopt(2).
    func setOption(_ level: Int32, _ name: Int32, _ value: Int32) throws(Errno) {
        let descriptor = rawValue
        var value = value
        let length = socklen_t(MemoryLayout<Int32>.size)
        try nothingOrErrno(.setSocketOption) { unsafe setsockopt(descriptor, level, name, &value, length) }
    }

    /// The address family of the socket; nil if not IPv4 or IPv6.
    package func internetFamily() throws(Errno) -> InternetFamily? {
        switch try option(SOL_SOCKET, SO_DOMAIN) {
        case AF_INET: .v4
        case AF_INET6: .v6
        default: nil
        }
    }

    /// The protocol of an internet socket (`SO_PROTOCOL`): MPTCP counts as TCP and UDP-Lite as UDP.
    package func transportProtocol() throws(Errno) -> TransportProtocol {
        TransportProtocol(protocolNumber: try option(SOL_SOCKET, SO_PROTOCOL))
    }

    /// Whether an IPv6 socket accepts only IPv6 (`IPV6_V6ONLY`, ipv6(7)).
    package func isIPv6Only() throws(Errno) -> Bool {
        try option(Int32(clinux_IPPROTO_IPV6), Int32(clinux_IPV6_V6ONLY)) != 0
    }

    /// Sets whether an IPv6 socket accepts only IPv6 (`IPV6_V6ONLY`).
    package func setIPv6Only(_ only: Bool) throws(Errno) {
        try setOption(Int32(clinux_IPPROTO_IPV6), Int32(clinux_IPV6_V6ONLY), only ? 1 : 0)
    }

    /// Sets whether to bind despite old connections of the address (`SO_REUSEADDR`, socket(7)).
    package func setReuseAddress(_ reuse: Bool) throws(Errno) { try setOption(SOL_SOCKET, SO_REUSEADDR, reuse ? 1 : 0) }
}
