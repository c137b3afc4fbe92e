// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Datagrams that are sent in few calls, in the order in which they were appended.
///
/// Datagrams of one size along one path are one message to the kernel, which makes datagrams of it again as late as it
/// can (`UDP_SEGMENT`, udp(7)). Where it cannot, they are sent one by one. What the kernel does not accept is lost, as it
/// may be anywhere in the network.
@safe
package final class DatagramQueue {
    /// The message that further datagrams may join.
    fileprivate struct Message {
        var path = DatagramPath()
        /// The size of its datagrams.
        var segment = 0
        var datagrams = 0
        var parts = 0
        var bytes = 0
        /// Whether the last datagram is smaller, so that none can follow.
        var isClosed = false
    }

    private let messages: UnsafeMutablePointer<clinux_messages>
    private var count = 0
    private var parts = 0
    private var open: Message?
    /// The largest datagrams that the kernel was not found unable to divide a message into.
    private var largestSegment: Int

    /// Messages of more bytes would not fit into a packet of either family.
    fileprivate static var largestMessage: Int { 65000 }

    /// Creates an empty queue.
    /// - Parameter joins: whether the kernel divides messages (`canDivideMessages`).
    package init(joins: Bool) {
        largestSegment = joins ? 65535 : 0
        let size = clinux_messages_size()
        let zeroed = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        unsafe zeroed.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        unsafe messages = zeroed.bindMemory(to: clinux_messages.self, capacity: 1)
    }

    deinit { unsafe UnsafeMutableRawPointer(messages).deallocate() }

    /// Appends the element `index` of `batch`, whose memory must stay as it is until `send`.
    /// - Parameters:
    ///   - path: where it goes.
    ///   - socket: through which what does not fit is sent before.
    package func append(
        _ index: Int,
        of batch: DatagramBatch,
        along path: DatagramPath,
        through socket: InheritedDescriptor
    ) {
        let bytes = unsafe batch.bytes(index)
        guard let segment = batch.segment(index) else {
            return unsafe append(bytes, segment: bytes.count, path, socket)
        }
        if segment <= largestSegment { return unsafe append(bytes, segment: segment, path, socket) }
        var start = 0
        while start < bytes.count {
            let end = min(start + segment, bytes.count)
            unsafe append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), segment: end - start, path, socket)
            start = end
        }
    }

    private func append(
        _ bytes: UnsafeRawBufferPointer,
        segment: Int,
        _ path: DatagramPath,
        _ socket: InheritedDescriptor
    ) {
        if parts == Int(clinux_batch_size) { send(through: socket) }
        let datagrams = segment == 0 ? 1 : (bytes.count + segment - 1) / segment
        if var message = open, message.takes(bytes.count, segment, datagrams, path, largestSegment) {
            message.datagrams += datagrams
            message.bytes += bytes.count
            message.parts += 1
            message.isClosed = bytes.count % message.segment != 0
            open = message
        } else {
            finishMessage()
            let isClosed = segment == 0 || bytes.count % segment != 0
            open = Message(
                path: path,
                segment: segment,
                datagrams: datagrams,
                parts: 1,
                bytes: bytes.count,
                isClosed: isClosed
            )
        }
        unsafe clinux_set_part(messages, Int32(parts), bytes.baseAddress, bytes.count)
        parts += 1
    }

    private func finishMessage() {
        guard let message = open else { return }
        open = nil
        let (first, segment) = (parts - message.parts, message.datagrams > 1 ? message.segment : 0)
        var path = message.path.native
        unsafe clinux_make_message(messages, Int32(count), Int32(first), Int32(message.parts), UInt32(segment), &path)
        count += 1
    }

    /// Sends all of it, without waiting, and empties the queue.
    ///
    /// The corresponding system call is sendmmsg(2) with `MSG_DONTWAIT`.
    package func send(through socket: InheritedDescriptor) {
        finishMessage()
        var (next, failed) = (0, -1)
        while next < count {
            do throws(Errno) {
                next += try transmit(socket, from: next)
            } catch {
                if error == .wouldBlock { break }
                // The error may be that of an earlier datagram that the network returned: once more.
                if failed == next {
                    if sendOneByOne(next, socket) { noteInability(error, next) }
                    next += 1
                } else {
                    failed = next
                }
            }
        }
        count = 0
        parts = 0
    }

    private func transmit(_ socket: InheritedDescriptor, from first: Int) throws(Errno) -> Int {
        let descriptor = socket.rawValue
        return Int(
            try valueOrErrno(.sendMessage) {
                unsafe clinux_send_messages(descriptor, messages, Int32(first), Int32(count))
            }
        )
    }

    /// Sends the datagrams of a message that the kernel cannot divide. Returns whether it has accepted one.
    private func sendOneByOne(_ index: Int, _ socket: InheritedDescriptor) -> Bool {
        let segment = Int(unsafe clinux_message_segment(messages, Int32(index)))
        if segment == 0 { return false }
        var path = unsafe clinux_message_path(messages, Int32(index))
        var isAccepted = false
        var number: Int32 = 0
        while true {
            let part = unsafe clinux_message_part(messages, Int32(index), number)
            guard let bytes = unsafe part.iov_base else { return isAccepted }
            var start = 0
            let length = unsafe part.iov_len
            while start < length {
                let size = min(segment, length - start)
                let flags = Int32(clinux_MSG_DONTWAIT) | Int32(clinux_MSG_NOSIGNAL)
                let sent = try? valueOrErrno(.sendMessage) {
                    unsafe clinux_send_along(socket.rawValue, bytes + start, size, flags, &path)
                }
                isAccepted = isAccepted || sent != nil
                start += size
            }
            number += 1
        }
    }

    /// Remembers that the kernel did not divide a message, but accepted its datagrams.
    private func noteInability(_ error: Errno, _ index: Int) {
        let segment = Int(unsafe clinux_message_segment(messages, Int32(index)))
        // Datagrams that are too large for the network in one piece are divided otherwise; smaller ones can be joined.
        let isTooLarge = error == .invalidArgument || error == .messageTooLong
        largestSegment = isTooLarge && segment > 512 ? min(largestSegment, segment - 1) : 0
    }
}

extension DatagramQueue.Message {
    /// Whether `datagrams` datagrams of `segment` bytes, the last of which may be smaller, can join it.
    fileprivate func takes(
        _ size: Int,
        _ segment: Int,
        _ datagrams: Int,
        _ path: DatagramPath,
        _ largestSegment: Int
    ) -> Bool {
        if isClosed || self.segment > largestSegment || size == 0 { return false }
        guard segment == self.segment || datagrams == 1 && segment < self.segment else { return false }
        return self.datagrams + datagrams <= Int(clinux_most_segments) && bytes + size <= DatagramQueue.largestMessage
            && self.path == path
    }
}
