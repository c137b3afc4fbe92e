// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension FileDescriptor {
    /// Makes an unbound, non-blocking TCP socket.
    ///
    /// The corresponding system call is socket(2) with `SOCK_CLOEXEC` and `SOCK_NONBLOCK`.
    package static func nonBlockingStream(_ family: InternetFamily) throws(Errno) -> FileDescriptor {
        let type = Int32(clinux_SOCK_STREAM | clinux_SOCK_CLOEXEC | clinux_SOCK_NONBLOCK)
        return FileDescriptor(owning: try valueOrErrno(.socket) { LowportCLinux.socket(family.rawValue, type, 0) })
    }
}

extension Descriptor where Self: ~Copyable {
    /// Sends small blocks at once, and does not collect them until the peer has acknowledged the ones before
    /// (`TCP_NODELAY`, tcp(7)). Connections that a listener accepts have its setting.
    package func setNoDelay(_ on: Bool) throws(Errno) {
        try setOption(Int32(clinux_IPPROTO_TCP), TCP_NODELAY, on ? 1 : 0)
    }

    /// Asks the peer's machine for a sign of life after each `idle` seconds of silence, and breaks the connection off if
    /// four questions, a quarter of that apart, have no answer (`SO_KEEPALIVE`, tcp(7)). Connections that a listener
    /// accepts have its setting.
    package func setKeepAlive(idle: Int32) throws(Errno) {
        let tcp = Int32(clinux_IPPROTO_TCP)
        try setOption(tcp, TCP_KEEPIDLE, idle)
        try setOption(tcp, TCP_KEEPINTVL, max(1, idle / 4))
        try setOption(tcp, TCP_KEEPCNT, 4)
        try setOption(SOL_SOCKET, SO_KEEPALIVE, 1)
    }

    /// The number of written bytes of a TCP socket that were not sent yet.
    ///
    /// The corresponding system call is ioctl(2) with `SIOCOUTQNSD`.
    package func unsentBytes() throws(Errno) -> Int {
        let descriptor = rawValue
        return try valueOrErrno(.getSocketOption) { Int(clinux_unsent(descriptor)) }
    }
}
