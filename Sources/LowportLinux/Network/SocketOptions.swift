// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// Allows sending to broadcast addresses (`SO_BROADCAST`, socket(7)).
    package func setBroadcast(_ on: Bool) throws(Errno) { try setOption(SOL_SOCKET, SO_BROADCAST, on ? 1 : 0) }

    /// Sets whether sockets of one user share the port (`SO_REUSEPORT`, socket(7)).
    package func setReusePort(_ on: Bool) throws(Errno) { try setOption(SOL_SOCKET, SO_REUSEPORT, on ? 1 : 0) }

    /// Makes the kernel record debug data (`SO_DEBUG`). Needs CAP_NET_ADMIN.
    package func setDebug(_ on: Bool) throws(Errno) { try setOption(SOL_SOCKET, SO_DEBUG, on ? 1 : 0) }

    /// Requests a receive buffer of `size` bytes (`SO_RCVBUF`).
    package func setReceiveBuffer(_ size: Int32) throws(Errno) { try setOption(SOL_SOCKET, SO_RCVBUF, size) }

    /// Requests a send buffer of `size` bytes (`SO_SNDBUF`).
    package func setSendBuffer(_ size: Int32) throws(Errno) { try setOption(SOL_SOCKET, SO_SNDBUF, size) }

    /// Makes closing the socket reset the connection, so that the peer does not take it for a regular end (`SO_LINGER`).
    package func resetOnClose() throws(Errno) {
        let descriptor = rawValue
        var setting = linger(l_onoff: 1, l_linger: 0)
        let length = socklen_t(MemoryLayout<linger>.size)
        try nothingOrErrno(.setSocketOption) {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &setting, length)
        }
    }

    /// The number of written bytes of a TCP socket that the peer's machine has not acknowledged.
    ///
    /// The corresponding system call is ioctl(2) with `SIOCOUTQ` (tcp(7)).
    package func unacknowledgedBytes() throws(Errno) -> Int {
        let descriptor = rawValue
        return try valueOrErrno(.getSocketOption) { Int(clinux_unacknowledged(descriptor)) }
    }

    /// Sets the hop limit of sent packets (`IP_TTL`, `IPV6_UNICAST_HOPS`).
    package func setHopLimit(_ limit: Int32, _ family: InternetFamily) throws(Errno) {
        switch family {
        case .v4: try setOption(Int32(IPPROTO_IP), IP_TTL, limit)
        case .v6: try setOption(Int32(clinux_IPPROTO_IPV6), IPV6_UNICAST_HOPS, limit)
        }
    }

    /// Sets the least hop limit of received packets (`IP_MINTTL`, `IPV6_MINHOPCOUNT`).
    package func setLeastHops(_ limit: Int32, _ family: InternetFamily) throws(Errno) {
        switch family {
        case .v4: try setOption(Int32(IPPROTO_IP), Int32(clinux_IP_MINTTL), limit)
        case .v6: try setOption(Int32(clinux_IPPROTO_IPV6), Int32(clinux_IPV6_MINHOPCOUNT), limit)
        }
    }

    /// Sets the type of service byte of sent packets (`IP_TOS`, `IPV6_TCLASS`).
    package func setTypeOfService(_ type: Int32, _ family: InternetFamily) throws(Errno) {
        switch family {
        case .v4: try setOption(Int32(IPPROTO_IP), IP_TOS, type)
        case .v6: try setOption(Int32(clinux_IPPROTO_IPV6), IPV6_TCLASS, type)
        }
    }
}
