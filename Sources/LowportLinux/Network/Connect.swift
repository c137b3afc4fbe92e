// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The direction of a connection that is shut down.
package enum ShutdownDirection: Sendable {
    case receiving, sending

    var rawValue: Int32 {
        Int32(self == .receiving ? clinux_SHUT_RD : clinux_SHUT_WR)
    }
}

extension Descriptor where Self: ~Copyable {
    /// Connects the socket to `address`. A datagram socket then exchanges data only with that address.
    ///
    /// The corresponding system call is connect(2). A non-blocking socket throws EINPROGRESS.
    package func connect(to address: SocketAddress) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.connect) {
            unsafe address.withSockaddr { unsafe LowportCLinux.connect(descriptor, $0, $1) }
        }
    }

    /// Waits for the result of a non-blocking `connect`, and throws its error.
    ///
    /// Throws ETIMEDOUT if `deadline` passes first. If the peer has sent something and then reset the connection, that is no
    /// error: reads return the data and then the reset.
    package func finishConnecting(until deadline: Instant?) throws(Errno) {
        var entries = [PollEntry(reference, .writable)]
        guard try wait(for: &entries, until: deadline) else { throw .timedOut }
        // To ask clears the error, so that no read would report a reset which comes now.
        guard entries[0].found.contains(.failed), try peek() == 0 else { return }
        if let error = try pendingError() { throw error }
    }

    /// Whether there is unread data, which may follow urgent data: splice(2) stops there, and finds nothing.
    ///
    /// The corresponding system call is recv(2) with `MSG_PEEK`.
    package var hasReceived: Bool { (try? peek()) == 1 }

    /// How many bytes of one can be read at once; 0 is the end.
    private func peek() throws(Errno) -> Int {
        let descriptor = rawValue
        var byte: UInt8 = 0
        return try valueOrErrno(.receive) {
            unsafe recv(descriptor, &byte, 1, Int32(clinux_MSG_PEEK | clinux_MSG_DONTWAIT))
        }
    }

    /// Returns and clears the pending error of the socket (`SO_ERROR`).
    package func pendingError() throws(Errno) -> Errno? {
        let number = try option(SOL_SOCKET, SO_ERROR)
        return number == 0 ? nil : Errno(rawValue: number)
    }

    /// The address that the socket is connected to.
    ///
    /// The corresponding system call is getpeername(2). Throws EAFNOSUPPORT for a socket that is not IPv4 or IPv6.
    package func peerAddress() throws(Errno) -> SocketAddress {
        let descriptor = rawValue
        var received = ReceivedAddress()
        try nothingOrErrno(.getPeerName) { unsafe received.fill { unsafe getpeername(descriptor, $0, $1) } }
        guard let address = received.internet else { throw .addressFamilyNotSupported }
        return address
    }

    /// Shuts down one direction of a connection: after the data sent, the peer reads the end of the file.
    ///
    /// The corresponding system call is shutdown(2).
    package func shutDown(_ direction: ShutdownDirection) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.shutdown) { LowportCLinux.shutdown(descriptor, direction.rawValue) }
    }
}
