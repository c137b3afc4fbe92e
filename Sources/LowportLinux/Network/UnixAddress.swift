// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The address of a Unix socket: a path, or an abstract name (unix(7)).
package struct UnixAddress: Hashable, Sendable, ByteStringConvertible {
    /// The path; of an abstract name, with `@` in front.
    package let byteString: ByteString

    /// Creates the address with the path `text`, or the abstract name after `@`. Throws ENAMETOOLONG above 107 bytes,
    /// and EINVAL for an empty `text`, for which the kernel would choose a name.
    package init(_ text: ByteString) throws(Errno) {
        // The length of the address delimits an abstract name, without a NUL.
        guard text.count <= (text.hasPrefix("@") ? 108 : 107) else { throw .nameTooLong }
        guard !text.isEmpty else { throw .invalidArgument }
        byteString = text
    }

    /// Whether it is an abstract name.
    package var isAbstract: Bool { byteString.hasPrefix("@") }

    /// The address as the kernel has it, without the NUL after a path: an abstract name has a NUL in front.
    package var nameBytes: [UInt8] {
        var name = byteString.bytes
        if isAbstract { name[0] = 0 }
        return name
    }

    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var native = sockaddr_un()
        native.sun_family = sa_family_t(AF_UNIX)
        let name = nameBytes
        unsafe withUnsafeMutableBytes(of: &native.sun_path) { unsafe $0.copyBytes(from: name) }
        // The length includes the NUL of a path; an abstract name has none.
        let length = socklen_t(2 + name.count + (isAbstract ? 0 : 1))
        return unsafe lendSockaddr(&native) { unsafe body($0, length) }
    }

    fileprivate init?(_ received: ReceivedAddress) {
        var storage = received.storage
        var native = unsafe withUnsafeBytes(of: &storage) { unsafe $0.loadUnaligned(as: sockaddr_un.self) }
        let count = min(Int(received.length) - 2, 108)
        guard native.sun_family == sa_family_t(AF_UNIX), count > 0 else { return nil }
        var bytes = unsafe withUnsafeBytes(of: &native.sun_path) { unsafe Array($0[..<count]) }
        if bytes[0] == 0 { bytes[0] = UInt8(ascii: "@") } else { bytes = Array(bytes.prefix { $0 != 0 }) }
        byteString = ByteString(bytes)
    }
}

extension FileDescriptor {
    /// Makes an unbound stream or datagram Unix socket.
    ///
    /// The corresponding system call is socket(2).
    package static func unixSocket(datagrams: Bool) throws(Errno) -> FileDescriptor {
        try unixSocket(Int32(datagrams ? clinux_SOCK_DGRAM : clinux_SOCK_STREAM))
    }

    /// Makes an unbound Unix socket of the type `type`, with `SOCK_CLOEXEC`.
    static func unixSocket(_ type: Int32) throws(Errno) -> FileDescriptor {
        let type = type | Int32(clinux_SOCK_CLOEXEC)
        return FileDescriptor(owning: try valueOrErrno(.socket) { LowportCLinux.socket(AF_UNIX, type, 0) })
    }

    /// Makes two connected stream sockets.
    ///
    /// The corresponding system call is socketpair(2).
    package static func socketPair() throws(Errno) -> (Int32, Int32) {
        try socketPair(Int32(clinux_SOCK_STREAM))
    }

    /// Makes two connected Unix sockets of the type `type`, both with `SOCK_CLOEXEC`.
    static func socketPair(_ type: Int32) throws(Errno) -> (Int32, Int32) {
        var pair: [Int32] = [-1, -1]
        let type = type | Int32(clinux_SOCK_CLOEXEC)
        try nothingOrErrno(.socketPair) { unsafe socketpair(AF_UNIX, type, 0, &pair) }
        return (pair[0], pair[1])
    }
}

extension Descriptor where Self: ~Copyable {
    /// Binds the Unix socket to `address`.
    ///
    /// The corresponding system call is bind(2).
    package func bind(to address: UnixAddress) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.bind) { unsafe address.withSockaddr { unsafe LowportCLinux.bind(descriptor, $0, $1) } }
    }

    /// Connects the Unix socket to `address`.
    ///
    /// The corresponding system call is connect(2).
    package func connect(to address: UnixAddress) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.connect) {
            unsafe address.withSockaddr { unsafe LowportCLinux.connect(descriptor, $0, $1) }
        }
    }

    /// The address that the Unix socket is bound to; nil if it has none.
    ///
    /// The corresponding system call is getsockname(2).
    package func localUnixAddress() throws(Errno) -> UnixAddress? {
        let descriptor = rawValue
        var received = ReceivedAddress()
        try nothingOrErrno(.getSocketName) { unsafe received.fill { unsafe getsockname(descriptor, $0, $1) } }
        return UnixAddress(received)
    }

    /// The address of the Unix socket's peer; nil if it has none, as most clients.
    ///
    /// The corresponding system call is getpeername(2).
    package func peerUnixAddress() throws(Errno) -> UnixAddress? {
        let descriptor = rawValue
        var received = ReceivedAddress()
        try nothingOrErrno(.getPeerName) { unsafe received.fill { unsafe getpeername(descriptor, $0, $1) } }
        return UnixAddress(received)
    }

    /// Waits for a datagram and returns its sender's address, if any; the datagram stays queued.
    ///
    /// The corresponding system call is recvfrom(2) with `MSG_PEEK`.
    package func peekUnixSender() throws(Errno) -> UnixAddress? {
        let descriptor = rawValue
        var received = ReceivedAddress()
        var byte: UInt8 = 0
        try nothingOrErrno(.receive) {
            unsafe received.fill { unsafe recvfrom(descriptor, &byte, 1, Int32(clinux_MSG_PEEK), $0, $1) }
        }
        return UnixAddress(received)
    }
}
