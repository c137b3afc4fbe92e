// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A part of a file, from the offset of its descriptor on, for system calls that take memory.
///
/// Only the kernel reads the memory: where the file has become shorter, or cannot be read, a system call fails with
/// EFAULT, while this process would get SIGBUS.
@safe
package final class FileWindow {
    private let file: InheritedDescriptor
    private let memory: UnsafeMutableRawPointer
    private let size: Int
    private var start: Int

    /// A multiple of the size of a page, on every machine.
    private static var alignment: Int { 1 << 16 }

    /// Opens a window of at most `limit` bytes. Throws ENODATA if the offset is at the end of the file, and ENODEV if files
    /// like this cannot be mapped.
    ///
    /// The corresponding system calls are lseek(2), fstat(2) and mmap(2) with `MAP_SHARED` and `MAP_POPULATE`.
    package init(of file: InheritedDescriptor, limit: Int) throws(Errno) {
        let descriptor = file.rawValue
        let offset = try valueOrErrno(.seek) { lseek(descriptor, 0, SEEK_CUR) }
        let left = Int(try file.status().size) - offset
        guard left > 0 else { throw .noData }
        let start = offset % FileWindow.alignment
        let (first, size) = (offset - start, start + min(left, limit))
        let address = try valueOrErrno(.mapMemory) {
            Int(bitPattern: unsafe clinux_map_file(descriptor, size, first))
        }
        guard let memory = unsafe UnsafeMutableRawPointer(bitPattern: address) else { throw .badAddress }
        unsafe self.memory = memory
        self.file = file
        self.size = size
        self.start = start
    }

    deinit { unsafe munmap(memory, size) }

    /// Whether all of it was sent.
    package var isEmpty: Bool { start == size }

    /// Sends as much to `socket` as it accepts without waiting, and moves the offset of the file.
    ///
    /// The corresponding system calls are send(2) with `MSG_DONTWAIT` and `MSG_NOSIGNAL`, and lseek(2).
    /// - Returns: the number of bytes.
    package func send(to socket: InheritedDescriptor) throws(Errno) -> Int {
        let (file, socket) = (file.rawValue, socket.rawValue)
        let flags = Int32(clinux_MSG_DONTWAIT | clinux_MSG_NOSIGNAL)
        let count = try valueOrErrno(.send) {
            unsafe LowportCLinux.send(socket, memory + start, size - start, flags)
        }
        start += count
        try? nothingOrErrno(.seek) { lseek(file, off_t(count), SEEK_CUR) }
        return count
    }
}
