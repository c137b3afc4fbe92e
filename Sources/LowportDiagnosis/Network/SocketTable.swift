// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A socket that has a port, as listed in `/proc/net/tcp`, `tcp6`, `udp` and `udp6` (proc_pid_net(5)).
package struct BoundSocket: Hashable, Sendable {
    /// The protocol.
    package let transport: TransportProtocol
    /// The address and port that the socket is bound to.
    package let local: SocketAddress
    /// The user who created the socket.
    package let owner: UserID
    /// The number of the socket in `/proc/PID/fd`.
    package let inode: UInt64
    /// Whether the socket accepts no IPv4 (`IPV6_V6ONLY`), which the table does not show.
    package var isIPv6Only: Bool

    /// Creates the description of a socket.
    package init(
        transport: TransportProtocol,
        local: SocketAddress,
        owner: UserID,
        inode: UInt64,
        isIPv6Only: Bool = false
    ) {
        self.transport = transport
        self.local = local
        self.owner = owner
        self.inode = inode
        self.isIPv6Only = isIPv6Only
    }

    /// Parses a table. TCP sockets that are only connected are left out: they do not keep the port from a listener.
    package static func table(_ text: [UInt8], transport: TransportProtocol) -> [BoundSocket] {
        ByteString(text).split(on: 0x0A).dropFirst().compactMap { line in
            let fields = line.split(on: 0x20).filter { !$0.isEmpty }
            guard fields.count > 9, fields[3].count == 2, let state = Digits.number(fields[3], base: 16),
                transport.holdingStates.contains(where: { UInt64($0) == state }),
                let local = socketAddress(fields[1]), let owner = Digits.number(fields[7], upTo: UInt64(UInt32.max)),
                let inode = Digits.number(fields[9])
            else { return nil }
            return BoundSocket(
                transport: transport,
                local: local,
                owner: UserID(rawValue: UInt32(owner)),
                inode: inode
            )
        }
    }

    /// An address of the table: hexadecimal words in the byte order of the machine, a colon and the port.
    private static func socketAddress(_ text: ByteString) -> SocketAddress? {
        let parts = text.split(on: 0x3A)
        guard parts.count == 2, parts[1].count == 4, let port = Digits.number(parts[1], base: 16).map({ UInt16($0) })
        else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: parts[0].count, by: 8) {
            let digits = ByteString(parts[0].bytes[start..<min(start + 8, parts[0].count)])
            guard digits.count == 8, let word = Digits.number(digits, base: 16).map({ UInt32($0) }) else { return nil }
            unsafe withUnsafeBytes(of: word) { unsafe bytes.append(contentsOf: $0) }
        }
        if bytes.count == 4 {
            let address = IPv4Address(rawValue: UInt32(bigEndianBytes: bytes))
            return SocketAddress(.v4(address), Port(rawValue: port))
        }
        return IPv6Address(networkBytes: bytes).map { SocketAddress(.v6($0), Port(rawValue: port)) }
    }

    /// Whether this socket keeps another socket of the same protocol from `address`: the ports are equal, and the
    /// addresses are equal, or one of them is a wildcard address that covers the other.
    /// - Parameter isDualStack: whether the other socket is to accept IPv4 as well.
    package func occupies(_ address: IPAddress, _ port: Port, isDualStack: Bool = true) -> Bool {
        guard local.port == port else { return false }
        let (mine, wanted) = (local.address.unmapped, address.unmapped)
        switch (mine, wanted) {
        case (.v4, .v4), (.v6, .v6): return mine == wanted || mine.isWildcard || wanted.isWildcard
        case (.v6, .v4): return mine.isWildcard && !isIPv6Only
        case (.v4, .v6): return wanted.isWildcard && isDualStack
        }
    }
}
