// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// Listens for connections. At most `backlog` connections wait to be accepted, and not more than the maximum of the
    /// machine.
    ///
    /// The corresponding system call is listen(2).
    package func listen(backlog: Int32 = 4096) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.listen) { LowportCLinux.listen(descriptor, backlog) }
    }

    /// Waits for the next connection and accepts it as a non-blocking socket. Sets `peer` to the address of its other
    /// end, or to nil if that is not IPv4 or IPv6.
    ///
    /// The corresponding system call is accept4(2) with `SOCK_CLOEXEC` and `SOCK_NONBLOCK`.
    package func accept(from peer: inout SocketAddress?) throws(Errno) -> FileDescriptor {
        let descriptor = rawValue
        let flags = Int32(clinux_SOCK_CLOEXEC | clinux_SOCK_NONBLOCK)
        var received = ReceivedAddress()
        let connection = try valueOrErrno(.accept) {
            unsafe received.fill { unsafe clinux_accept(descriptor, $0, $1, flags) }
        }
        peer = received.internet
        return FileDescriptor(owning: connection)
    }
}
