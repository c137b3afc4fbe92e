// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The read end of a ring buffer that BPF programs write to (`BPF_MAP_TYPE_RINGBUF`).
///
/// One reader at a time: reading a record removes it.
@safe
package final class BpfRingBuffer {
    private let map: FileDescriptor
    private let size: Int
    private let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    private let consumer: UnsafeMutablePointer<UInt>
    private let producer: UnsafeMutableRawPointer

    /// Maps the ring buffer of `size` bytes into memory.
    ///
    /// The corresponding system call is mmap(2).
    package init(_ map: consuming FileDescriptor, size: Int) throws(Errno) {
        self.map = map
        self.size = size
        let descriptor = self.map.rawValue
        let mine = try unsafe Self.map(descriptor, page, PROT_READ | PROT_WRITE, 0)
        // The data is mapped twice in a row, so that a record across the end is contiguous.
        do throws(Errno) { unsafe producer = try Self.map(descriptor, page + 2 * size, PROT_READ, page) } catch {
            unsafe munmap(mine, page)
            throw error
        }
        unsafe consumer = mine.assumingMemoryBound(to: UInt.self)
    }

    private static func map(
        _ descriptor: Int32,
        _ size: Int,
        _ protection: Int32,
        _ offset: Int
    ) throws(Errno) -> UnsafeMutableRawPointer {
        let address = try valueOrErrno(.mapMemory) {
            Int(bitPattern: unsafe clinux_map_memory(descriptor, size, protection, offset))
        }
        guard let memory = unsafe UnsafeMutableRawPointer(bitPattern: address) else { throw .badAddress }
        return unsafe memory
    }

    deinit {
        unsafe munmap(consumer, page)
        unsafe munmap(producer, page + 2 * size)
    }

    /// The descriptor for `poll`: readable when there is data.
    package var waitable: InheritedDescriptor { InheritedDescriptor(map.rawValue) }

    /// Removes the next record; nil if there is none.
    package func next() -> [UInt8]? {
        while let (bytes, end) = record(at: unsafe clinux_load_acquire(consumer)) {
            unsafe clinux_store_release(consumer, end)
            if let bytes { return bytes }
        }
        return nil
    }

    /// The records that are there, which stay there.
    package func waiting() -> [[UInt8]] {
        var records: [[UInt8]] = []
        var position = unsafe clinux_load_acquire(consumer)
        while let (bytes, end) = record(at: position) {
            if let bytes { records.append(bytes) }
            position = end
        }
        return records
    }

    /// The record at `position`, or nil in its place if it was discarded, and the position behind it; nil if there is
    /// none yet.
    private func record(at position: UInt) -> (bytes: [UInt8]?, end: UInt)? {
        let end = unsafe clinux_load_acquire(producer.assumingMemoryBound(to: UInt.self))
        guard position < end else { return nil }
        // SAFETY: the position is within the data, and a record never goes over the second copy.
        let record = unsafe producer + page + Int(position) & (size - 1)
        let header = unsafe clinux_load_acquire_word(record.assumingMemoryBound(to: UInt32.self))
        if header & Self.busy != 0 { return nil }
        let length = Int(header & ~(Self.busy | Self.discarded))
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: record + 8, count: length))
        return (header & Self.discarded == 0 ? bytes : nil, position + UInt((length + 8 + 7) & ~7))
    }

    private static var busy: UInt32 { 1 << 31 }
    private static var discarded: UInt32 { 1 << 30 }
}
