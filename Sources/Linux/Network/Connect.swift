// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// The direction of a connection that is shut down.
public enum ShutdownDirection: Sendable {
    case receiving, sending

    var rawValue: Int32 {
        Int32(self == .receiving ? clinux_SHUT_RD : clinux_SHUT_WR)
    }
}

extension Descriptor where Self: ~Copyable {
    /// Connects the socket to `address`. A datagram socket then talks to that address alone.
    ///
    /// The corresponding system call is connect(2). A non-blocking socket throws EINPROGRESS.
    public func connect(to address: SocketAddress) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.connect) {
            unsafe address.withSockaddr { unsafe CLinux.connect(descriptor, $0, $1) }
        }
    }

    /// Waits for a connection that was begun with a non-blocking `connect`, and says how it went.
    ///
    /// Throws ETIMEDOUT when `deadline` comes first.
    public func finishConnecting(until deadline: Instant?) throws(Errno) {
        guard try wait(for: .writable, until: deadline) else { throw .timedOut }
        // A peer that resets a connection has made it before, and may have sent something, which can still be read. If
        // there is nothing, this is the last that is heard of the reset.
        if let error = try pendingError(), error != .connectionReset || !hasReceived { throw error }
    }

    /// Whether something has come that was not read yet.
    ///
    /// The corresponding system call is recv(2) with `MSG_PEEK`.
    private var hasReceived: Bool {
        let descriptor = rawValue
        var byte: UInt8 = 0
        let count = try? valueOrErrno(.receive) {
            Int32(unsafe recv(descriptor, &byte, 1, Int32(clinux_MSG_PEEK | clinux_MSG_DONTWAIT)))
        }
        return count == 1
    }

    /// The error that the socket met outside a call, which is thereby forgotten (`SO_ERROR`).
    public func pendingError() throws(Errno) -> Errno? {
        let number = try option(SOL_SOCKET, SO_ERROR)
        return number == 0 ? nil : Errno(rawValue: number)
    }

    /// The address that the socket is connected to.
    ///
    /// The corresponding system call is getpeername(2). Throws EAFNOSUPPORT for a socket that is not of the internet.
    public func peerAddress() throws(Errno) -> SocketAddress {
        let descriptor = rawValue
        var received = ReceivedAddress()
        try nothingOrErrno(.getPeerName) { unsafe received.fill { unsafe getpeername(descriptor, $0, $1) } }
        guard let address = received.internet else { throw .addressFamilyNotSupported }
        return address
    }

    /// Ends one direction of a connection: the peer reads the end of the file after what was sent.
    ///
    /// The corresponding system call is shutdown(2).
    public func shutDown(_ direction: ShutdownDirection) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.shutdown) { CLinux.shutdown(descriptor, direction.rawValue) }
    }
}
