// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The two ends of a datagram: its peer, and the address of this machine that the peer used.
package struct DatagramPath: Equatable, Sendable {
    /// The kernel's form, with zeros in what is unused.
    var native = clinux_path()

    /// Creates a path without ends: a datagram along it goes from a connected socket to its peer.
    package init() {}

    init(_ native: clinux_path) { self.native = native }

    /// Creates a path to `peer`, from an address that the kernel chooses.
    package init(to peer: SocketAddress) {
        unsafe peer.withSockaddr { address, size in
            unsafe withUnsafeMutableBytes(of: &native.peer) {
                unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(size)))
            }
            native.peer_size = size
        }
    }

    /// The peer; nil if it has no IPv4 or IPv6 address.
    package var peer: SocketAddress? {
        var storage = sockaddr_storage()
        unsafe withUnsafeMutableBytes(of: &storage) { storage in
            unsafe withUnsafeBytes(of: native.peer) { unsafe storage.copyMemory(from: $0) }
        }
        return SocketAddress(storage)
    }

    /// The address of this machine, of the family of the socket; nil if the kernel did not report it
    /// (`reportDestinations`), and for a datagram to a multicast group.
    package var local: IPAddress? {
        let (first, second) = (UInt64(bigEndian: native.local.0), UInt64(bigEndian: native.local.1))
        switch native.local_size {
        case 4: return .v4(IPv4Address(rawValue: UInt32(first >> 32)))
        case 16: return .v6(IPv6Address(high: first, low: second))
        default: return nil
        }
    }

    /// The local address with `port`, to bind another socket to; nil as for `local`.
    package func local(port: Port) -> SocketAddress? {
        local.map { SocketAddress($0, port, scope: UInt32(truncatingIfNeeded: native.interface)) }
    }

    /// A number that equal paths share. Whoever does not know `seed` cannot make many paths with the same.
    package func hash(_ seed: UInt64) -> UInt64 {
        var hash = seed
        func mix(_ word: UInt64) {
            hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        mix(native.peer.0)
        mix(native.peer.1)
        mix(native.peer.2)
        mix(native.peer.3)
        mix(native.local.0)
        mix(native.local.1)
        return hash ^ hash >> 32
    }

    /// Whether both ends are the same.
    package static func == (one: DatagramPath, other: DatagramPath) -> Bool {
        let (one, other) = (one.native, other.native)
        return one.peer.0 == other.peer.0 && one.peer.1 == other.peer.1 && one.peer.2 == other.peer.2
            && one.peer.3 == other.peer.3 && one.local.0 == other.local.0
            && one.local.1 == other.local.1 && one.interface == other.interface
            && one.peer_size == other.peer_size && one.local_size == other.local_size
    }
}

extension Descriptor where Self: ~Copyable {
    /// Makes the kernel report to which address of this machine each later datagram was sent (`IP_PKTINFO` of ip(7),
    /// `IPV6_RECVPKTINFO` of ipv6(7)): a socket that is bound to the wildcard receives those to all addresses.
    package func reportDestinations(_ family: InternetFamily) throws(Errno) {
        try setOption(Int32(IPPROTO_IP), Int32(clinux_IP_PKTINFO), 1)
        if family == .v6 { try setOption(Int32(clinux_IPPROTO_IPV6), Int32(clinux_IPV6_RECVPKTINFO), 1) }
    }

    /// The path of the next datagram, without waiting; the datagram stays in the queue.
    ///
    /// The corresponding system call is recvmsg(2) with `MSG_PEEK` and `MSG_DONTWAIT`.
    package func peekPath() throws(Errno) -> DatagramPath {
        let descriptor = rawValue
        var path = DatagramPath()
        var byte: UInt8 = 0
        try nothingOrErrno(.receiveMessage) {
            let flags = Int32(clinux_MSG_PEEK | clinux_MSG_DONTWAIT)
            return unsafe clinux_receive_along(descriptor, &byte, 1, flags, &path.native)
        }
        return path
    }

    /// Receives one datagram into `buffer` without waiting, and sets `path` to its path.
    ///
    /// The corresponding system call is recvmsg(2) with `MSG_DONTWAIT`.
    package func receive(into buffer: Buffer, along path: inout DatagramPath?) throws(Errno) -> Int {
        let descriptor = rawValue
        var received = DatagramPath()
        let count = unsafe try buffer.fill(limit: .max) { memory, size throws(Errno) in
            try valueOrErrno(.receiveMessage) {
                unsafe clinux_receive_along(descriptor, memory, size, Int32(clinux_MSG_DONTWAIT), &received.native)
            }
        }
        path = received
        return count
    }

    /// Sends the bytes in `buffer` as one datagram along `path`, from its local address if it has one, without waiting.
    ///
    /// The corresponding system call is sendmsg(2) with `MSG_DONTWAIT`. Throws EINVAL if this machine does not have the
    /// local address any more.
    package func send(from buffer: Buffer, along path: DatagramPath) throws(Errno) -> Int {
        let descriptor = rawValue
        var native = path.native
        return unsafe try buffer.drain(limit: .max) { memory, size throws(Errno) in
            try valueOrErrno(.sendMessage) {
                unsafe clinux_send_along(descriptor, memory, size, Int32(clinux_MSG_DONTWAIT), &native)
            }
        }
    }
}
