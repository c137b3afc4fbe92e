// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// Lets others connect to the socket. At most `backlog` connections wait to be accepted; the default is the most
    /// that the machine allows.
    ///
    /// The corresponding system call is listen(2).
    public func listen(backlog: Int32 = 4096) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.listen) { CLinux.listen(descriptor, backlog) }
    }

    /// Takes the next connection, waiting for it; what is taken does not wait. `peer` becomes the address at its other
    /// end, or nil if that is not one of the internet.
    ///
    /// The corresponding system call is accept4(2) with `SOCK_CLOEXEC` and `SOCK_NONBLOCK`.
    public func accept(from peer: inout SocketAddress?) throws(Errno) -> FileDescriptor {
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
