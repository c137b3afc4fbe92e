// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Datagrams that few calls receive, each with its path.
///
/// Where the kernel joins datagrams of one size that follow each other (`UDP_GRO`, udp(7)), one element of the batch is
/// several datagrams.
@safe
package final class DatagramBatch {
    let messages: UnsafeMutablePointer<clinux_messages>
    private let memory: UnsafeMutablePointer<CChar>
    /// How many elements it has.
    package private(set) var count = 0

    /// The largest datagram, and more.
    private static var room: Int { 65536 }

    /// How many elements fit.
    package static var capacity: Int { Int(clinux_batch_size) }

    /// Creates an empty batch. Only the memory that datagrams fill is used.
    package init() {
        let size = clinux_messages_size()
        let zeroed = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        unsafe zeroed.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        unsafe messages = zeroed.bindMemory(to: clinux_messages.self, capacity: 1)
        unsafe memory = .allocate(capacity: DatagramBatch.capacity * DatagramBatch.room)
    }

    deinit {
        unsafe UnsafeMutableRawPointer(messages).deallocate()
        unsafe memory.deallocate()
    }

    /// Whether there is no more room.
    package var isFull: Bool { count == DatagramBatch.capacity }

    /// Forgets all elements.
    package func removeAll() { count = 0 }

    /// Receives what `socket` has and what fits, without waiting, behind the elements that are there.
    ///
    /// The corresponding system call is recvmmsg(2) with `MSG_DONTWAIT`. Throws EAGAIN if there is nothing, and the error of
    /// an earlier datagram that the network returned (udp(7)).
    /// - Returns: the new elements.
    package func receive(from socket: InheritedDescriptor) throws(Errno) -> Range<Int> {
        if isFull { return count..<count }
        let (descriptor, first) = (socket.rawValue, Int32(count))
        let received = try valueOrErrno(.receiveMessage) {
            unsafe clinux_receive_messages(descriptor, messages, first, memory, DatagramBatch.room)
        }
        let start = count
        count += Int(received)
        return start..<count
    }

    /// The path of the element `index`.
    package func path(_ index: Int) -> DatagramPath {
        precondition(index < count)
        return DatagramPath(unsafe clinux_message_path(messages, Int32(index)))
    }

    /// The size of the element `index`, in bytes.
    package func size(_ index: Int) -> Int {
        precondition(index < count)
        return Int(unsafe clinux_message_length(messages, Int32(index)))
    }

    /// The size of the datagrams of the element `index`, the last of which may be smaller; nil for a single datagram.
    func segment(_ index: Int) -> Int? {
        let size = Int(unsafe clinux_message_segment(messages, Int32(index)))
        return size == 0 ? nil : size
    }

    /// The bytes of the element `index`, valid until the batch receives again.
    func bytes(_ index: Int) -> UnsafeRawBufferPointer {
        precondition(index < count)
        return unsafe UnsafeRawBufferPointer(start: memory + index * DatagramBatch.room, count: size(index))
    }
}

extension Descriptor where Self: ~Copyable {
    /// Lets the kernel join received datagrams of one size that follow each other (`UDP_GRO`, udp(7)), for a socket that
    /// is read by `DatagramBatch` alone.
    ///
    /// The corresponding system call is setsockopt(2). Throws ENOPROTOOPT before Linux 5.0.
    package func joinReceivedDatagrams() throws(Errno) {
        try setOption(Int32(clinux_IPPROTO_UDP), Int32(clinux_UDP_GRO), 1)
    }

    /// Whether the kernel divides a message into datagrams (`UDP_SEGMENT`, udp(7)): since Linux 4.18. An older one would
    /// send it as one datagram.
    package var canDivideMessages: Bool {
        (try? option(Int32(clinux_IPPROTO_UDP), Int32(clinux_UDP_SEGMENT))) != nil
    }
}
