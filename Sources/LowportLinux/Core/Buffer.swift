// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A buffer of fixed size between a reader and a writer.
///
/// Only the filled part of the memory is touched, so that a large buffer costs a short connection nothing.
@safe
package final class Buffer {
    private let memory: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// Creates an empty buffer with room for `capacity` bytes.
    package init(capacity: Int) { unsafe memory = .allocate(byteCount: capacity, alignment: 16) }

    deinit { unsafe memory.deallocate() }

    /// The number of unwritten bytes.
    package var count: Int { end - start }

    /// Whether there are none.
    package var isEmpty: Bool { start == end }

    /// How many bytes fit into the empty buffer.
    package var capacity: Int { unsafe memory.count }

    /// How many bytes fit after the unwritten ones.
    package var room: Int { unsafe memory.count - end }

    /// The unwritten bytes.
    package var bytes: [UInt8] { unsafe [UInt8](memory[start..<end]) }

    /// The number of unwritten bytes up to and including the first line feed; all of them if there is none.
    package var lineLength: Int {
        let waiting = unsafe memory[start..<end]
        return unsafe waiting.firstIndex(of: 0x0A).map { $0 + 1 - start } ?? count
    }

    /// Replaces the unwritten bytes by `bytes`, which must fit.
    package func replace(with bytes: [UInt8]) {
        start = 0
        end = bytes.count
        unsafe memory.copyBytes(from: bytes)
    }

    /// Drops the first `count` bytes.
    package func remove(_ count: Int) {
        start += count
        if start >= end {
            start = 0
            end = 0
        }
    }

    /// Calls `body` with the unused memory; `body` returns how many bytes it stored.
    package func fill(
        limit: Int,
        _ body: (UnsafeMutableRawPointer?, Int) throws(Errno) -> Int
    ) throws(Errno) -> Int {
        let size = min(limit, room)
        let count = unsafe try body(memory.baseAddress.map { unsafe $0 + end }, size)
        end += count
        return count
    }

    /// Calls `body` with the unwritten bytes; `body` returns how many it consumed.
    package func drain(
        limit: Int,
        _ body: (UnsafeRawPointer?, Int) throws(Errno) -> Int
    ) throws(Errno) -> Int {
        let taken = unsafe try body(memory.baseAddress.map { unsafe UnsafeRawPointer($0 + start) }, min(limit, count))
        remove(taken)
        return taken
    }
}

extension Descriptor where Self: ~Copyable {
    /// Reads at most `limit` bytes into `buffer`; returns 0 at the end of the file.
    ///
    /// The corresponding system call is read(2).
    package func read(into buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.fill(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.read) { unsafe LowportCLinux.read(descriptor, memory, size) }
        }
    }

    /// Receives into `buffer` without waiting; returns 0 at the end of a stream, or for an empty datagram.
    ///
    /// The corresponding system call is recv(2) with `MSG_DONTWAIT`.
    package func receive(into buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.fill(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.receive) { unsafe recv(descriptor, memory, size, Int32(clinux_MSG_DONTWAIT)) }
        }
    }

    /// Writes at most `limit` bytes of `buffer`, and returns how many the kernel accepted.
    ///
    /// The corresponding system call is write(2).
    package func write(from buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.drain(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.write) { unsafe LowportCLinux.write(descriptor, memory, size) }
        }
    }

    /// Reads at most `limit` bytes from a pipe into `buffer` without waiting, whatever process shares it and whatever its open
    /// flags; returns 0 at the end.
    ///
    /// The corresponding system call is preadv2(2) with `RWF_NOWAIT`. Throws EOPNOTSUPP if the kernel cannot.
    package func readNow(into buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.fill(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.read) { unsafe clinux_read_now(descriptor, memory, size) }
        }
    }

    /// Writes to a pipe without waiting for room, whatever process shares it and whatever its open flags.
    ///
    /// The corresponding system call is pwritev2(2) with `RWF_NOWAIT`. Throws EOPNOTSUPP if the kernel cannot.
    package func writeNow(from buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.drain(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.write) { unsafe clinux_write_now(descriptor, memory, size) }
        }
    }

    /// Sends at most `limit` bytes of `buffer` without waiting; a datagram socket sends one datagram.
    ///
    /// The corresponding system call is send(2) with `MSG_DONTWAIT` and `MSG_NOSIGNAL`.
    /// - Parameter thenMore: whether more, or the end of the stream, is sent next, and can share a packet (`MSG_MORE`).
    package func send(from buffer: Buffer, limit: Int = .max, thenMore: Bool = false) throws(Errno) -> Int {
        let descriptor = rawValue
        let flags = Int32(clinux_MSG_DONTWAIT | clinux_MSG_NOSIGNAL) | (thenMore ? Int32(clinux_MSG_MORE) : 0)
        return unsafe try buffer.drain(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.send) { unsafe LowportCLinux.send(descriptor, memory, size, flags) }
        }
    }
}
