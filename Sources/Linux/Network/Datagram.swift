// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// Waits for a datagram and returns the address of its sender; the datagram stays in the queue.
    ///
    /// The corresponding system call is recvfrom(2) with `MSG_PEEK`.
    public func peekSender() throws(Errno) -> SocketAddress {
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

    /// Receives one datagram into `buffer` without waiting, and sets `sender` to its address.
    ///
    /// The corresponding system call is recvfrom(2) with `MSG_DONTWAIT`.
    public func receive(into buffer: Buffer, from sender: inout SocketAddress?) throws(Errno) -> Int {
        let descriptor = rawValue
        var received = ReceivedAddress()
        let count = unsafe try buffer.fill(limit: .max) { memory, size throws(Errno) in
            try valueOrErrno(.receive) {
                unsafe received.fill { unsafe recvfrom(descriptor, memory, size, Int32(clinux_MSG_DONTWAIT), $0, $1) }
            }
        }
        sender = received.internet
        return count
    }

    /// Sends the bytes in `buffer` as one datagram to `address`, without waiting.
    ///
    /// The corresponding system call is sendto(2) with `MSG_DONTWAIT`.
    public func send(from buffer: Buffer, to address: SocketAddress) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.drain(limit: .max) { memory, size throws(Errno) in
            try valueOrErrno(.send) {
                unsafe address.withSockaddr {
                    unsafe sendto(descriptor, memory, size, Int32(clinux_MSG_DONTWAIT), $0, $1)
                }
            }
        }
    }
}
