// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// Waits for a datagram and returns the address of its sender; the datagram stays in the queue.
    ///
    /// The corresponding system call is recvfrom(2) with `MSG_PEEK`.
    package func peekSender() throws(Errno) -> SocketAddress {
        let descriptor = rawValue
        var received = ReceivedAddress()
        // One byte would suffice; with more, strace(1) shows more.
        var bytes = [UInt8](repeating: 0, count: 2048)
        let size = bytes.count
        try nothingOrErrno(.receive) {
            unsafe received.fill { unsafe recvfrom(descriptor, &bytes, size, Int32(clinux_MSG_PEEK), $0, $1) }
        }
        guard let address = received.internet else { throw .addressFamilyNotSupported }
        return address
    }
}
