// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Memory of a fixed size between a reader and a writer.
///
/// The memory is touched only as far as it is filled, so that a large buffer costs a short connection nothing.
@safe
public final class Buffer {
    private let memory: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// Creates an empty buffer with room for `capacity` bytes.
    public init(capacity: Int) { unsafe memory = .allocate(byteCount: capacity, alignment: 16) }

    deinit { unsafe memory.deallocate() }

    /// How many bytes wait to be written.
    public var count: Int { end - start }

    /// Whether none do.
    public var isEmpty: Bool { start == end }

    /// How many bytes fit behind those that wait.
    public var room: Int { unsafe memory.count - end }

    /// The bytes that wait.
    public var bytes: [UInt8] { unsafe [UInt8](memory[start..<end]) }

    /// How many of the waiting bytes there are up to the first line feed, with it; all of them if there is none.
    public var lineLength: Int {
        let waiting = unsafe memory[start..<end]
        return unsafe waiting.firstIndex(of: 0x0A).map { $0 + 1 - start } ?? count
    }

    /// Forgets what waits, and puts `bytes` in its place; they must fit.
    public func replace(with bytes: [UInt8]) {
        start = 0
        end = bytes.count
        unsafe memory.copyBytes(from: bytes)
    }

    /// Forgets the first `count` bytes.
    public func remove(_ count: Int) {
        start += count
        if start >= end {
            start = 0
            end = 0
        }
    }

    /// Lends the unused memory to `body`, which says how many bytes it put there.
    public func fill(
        limit: Int,
        _ body: (UnsafeMutableRawPointer?, Int) throws(Errno) -> Int
    ) throws(Errno) -> Int {
        let size = min(limit, room)
        let count = unsafe try body(memory.baseAddress.map { unsafe $0 + end }, size)
        end += count
        return count
    }

    /// Lends the waiting bytes to `body`, which says how many of them it took.
    public func drain(
        limit: Int,
        _ body: (UnsafeRawPointer?, Int) throws(Errno) -> Int
    ) throws(Errno) -> Int {
        let taken = unsafe try body(memory.baseAddress.map { unsafe UnsafeRawPointer($0 + start) }, min(limit, count))
        remove(taken)
        return taken
    }
}

extension Descriptor where Self: ~Copyable {
    /// Reads into the room of `buffer`, at most `limit` bytes; 0 is the end of the file.
    ///
    /// The corresponding system call is read(2).
    public func read(into buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.fill(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.read) { unsafe CLinux.read(descriptor, memory, size) }
        }
    }

    /// Receives into the room of `buffer` without waiting; 0 is the end of a stream, or an empty datagram.
    ///
    /// The corresponding system call is recv(2) with `MSG_DONTWAIT`.
    public func receive(into buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.fill(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.receive) { unsafe recv(descriptor, memory, size, Int32(clinux_MSG_DONTWAIT)) }
        }
    }

    /// Writes what waits in `buffer`, at most `limit` bytes, and returns how many the kernel took.
    ///
    /// The corresponding system call is write(2).
    public func write(from buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.drain(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.write) { unsafe CLinux.write(descriptor, memory, size) }
        }
    }

    /// Writes to a pipe without waiting for room, whatever other process uses it and however it was opened.
    ///
    /// The corresponding system call is pwritev2(2) with `RWF_NOWAIT`. Throws EOPNOTSUPP where the kernel cannot.
    public func writeNow(from buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        return unsafe try buffer.drain(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.write) { unsafe clinux_write_now(descriptor, memory, size) }
        }
    }

    /// Sends what waits in `buffer`, at most `limit` bytes, without waiting; a datagram socket sends one datagram.
    ///
    /// The corresponding system call is send(2) with `MSG_DONTWAIT` and `MSG_NOSIGNAL`.
    public func send(from buffer: Buffer, limit: Int = .max) throws(Errno) -> Int {
        let descriptor = rawValue
        let flags = Int32(clinux_MSG_DONTWAIT) | Int32(clinux_MSG_NOSIGNAL)
        return unsafe try buffer.drain(limit: limit) { memory, size throws(Errno) in
            try valueOrErrno(.send) { unsafe CLinux.send(descriptor, memory, size, flags) }
        }
    }
}
