// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// An entry of the batch in a `DirectoryEntries`, which stores its name.
package struct DirectoryEntry: Sendable {
    /// The file type; `unknown` if the file system does not report it.
    package let kind: FileKind
    /// The position of the next entry in the directory.
    package let nextPosition: DirectoryPosition
    fileprivate let name: Range<Int>
}

/// A position in a directory, to resume reading there. Only the file system interprets the number.
package struct DirectoryPosition: Hashable, Sendable {
    fileprivate let offset: Int64

    /// The beginning of every directory.
    package static var start: DirectoryPosition { DirectoryPosition(offset: 0) }
}

/// A buffer for directory entries, which are read in batches and in the kernel's order.
///
/// Names are used where the kernel stored them: an entry that is only inspected allocates nothing.
@safe @usableFromInline package struct DirectoryEntries: ~Copyable {
    private let room: UnsafeMutableRawPointer
    private static var size: Int { 65536 }
    /// The number of bytes of entries read, and of those already returned.
    private var end = 0
    private var position = 0

    /// Creates an empty buffer.
    package init() { unsafe room = .allocate(byteCount: Self.size, alignment: 8) }

    deinit { unsafe room.deallocate() }

    /// Seeks to `position` of `directory`, where the next batch will begin.
    ///
    /// The corresponding system call is lseek(2).
    package mutating func seek(
        to position: DirectoryPosition,
        of directory: borrowing some Descriptor & ~Copyable
    ) throws(Errno) {
        let descriptor = directory.rawValue
        try nothingOrErrno(.seek) { lseek(descriptor, off_t(position.offset), SEEK_SET) }
    }

    /// Replaces the batch by the next one of `directory`, and returns whether there was one.
    ///
    /// The corresponding system call is getdents64(2).
    package mutating func readBatch(of directory: borrowing some Descriptor & ~Copyable) throws(Errno) -> Bool {
        let descriptor = directory.rawValue
        position = 0
        end = 0
        end = try valueOrErrno(.getDirectoryEntries) { unsafe clinux_getdents64(descriptor, room, Self.size) }
        return end > 0
    }

    /// The next entry of the batch; nil after the last. Skips `.` and `..`.
    package mutating func next() -> DirectoryEntry? {
        while position < end {
            // SAFETY: the kernel writes whole records of `struct linux_dirent64`, aligned to 8 bytes: inode, offset,
            // record length, type, then the name with a NUL behind it.
            let record = unsafe room + position
            let length = Int(unsafe record.load(fromByteOffset: 16, as: UInt16.self))
            let start = position + 19
            position += length
            let name = unsafe (room + start).assumingMemoryBound(to: CChar.self)
            let count = unsafe strlen(name)
            if unsafe name[0] == 0x2E, unsafe count == 1 || count == 2 && name[1] == 0x2E { continue }
            return DirectoryEntry(
                // Directory entry types are the types of modes, without the twelve permission bits.
                kind: FileKind(mode: UInt32(unsafe record.load(fromByteOffset: 18, as: UInt8.self)) << 12),
                nextPosition: DirectoryPosition(offset: unsafe record.load(fromByteOffset: 8, as: Int64.self)),
                name: start..<start + Int(count)
            )
        }
        return nil
    }

    /// The name of an entry of this batch.
    package func name(of entry: DirectoryEntry) -> ByteString {
        ByteString(unsafe [UInt8](UnsafeRawBufferPointer(start: room + entry.name.lowerBound, count: entry.name.count)))
    }

    /// The status of the file of an entry of this batch; of a symbolic link, its own.
    ///
    /// The corresponding system call is fstatat(2) with `AT_SYMLINK_NOFOLLOW`.
    package func status(
        of entry: DirectoryEntry,
        in directory: borrowing some Descriptor & ~Copyable
    ) throws(Errno) -> FileStatus {
        let descriptor = directory.rawValue
        var status = stat()
        try nothingOrErrno(.stat) {
            unsafe clinux_fstatat(descriptor, pointer(to: entry), &status, AT_SYMLINK_NOFOLLOW)
        }
        return FileStatus(status)
    }

    /// Reads an extended attribute of an entry of this batch, not following a symbolic link.
    ///
    /// The corresponding system call is getxattrat(2), which Linux has since 6.13; before, this throws ENOSYS.
    package func readAttribute(
        _ name: AttributeName,
        of entry: DirectoryEntry,
        in directory: borrowing some Descriptor & ~Copyable,
        limit: Int
    ) throws(Errno) -> [UInt8] {
        let descriptor = directory.rawValue
        return try unsafe readValue(limit: limit) { value, size in
            unsafe name.withCString {
                unsafe clinux_getxattrat(descriptor, pointer(to: entry), AT_SYMLINK_NOFOLLOW, $0, value, size)
            }
        }
    }

    /// Whether the kernel has getxattrat(2), and the process may use it.
    package static var canReadAttributes: Bool {
        do {
            try nothingOrErrno(.getAttribute) { unsafe clinux_getxattrat(AT_FDCWD, "/", 0, "user.", nil, 0) }
            return true
        } catch {
            // The system call filters of older containers return EPERM.
            return error != .noSystemCall && error != .notPermitted
        }
    }

    /// Like `readAttribute(_:of:in:limit:)`, for kernels without getxattrat(2): `directory` must be the working
    /// directory.
    ///
    /// The corresponding system call is lgetxattr(2).
    package func readAttribute(
        _ name: AttributeName,
        ofEntryInWorkingDirectory entry: DirectoryEntry,
        limit: Int
    ) throws(Errno) -> [UInt8] {
        try unsafe readValue(limit: limit) { value, size in
            unsafe name.withCString { unsafe lgetxattr(pointer(to: entry), $0, value, size) }
        }
    }

    /// Most files lack the attribute, so that its value is read to the stack first.
    private func readValue(
        limit: Int,
        _ read: (UnsafeMutableRawPointer?, Int) -> Int
    ) throws(Errno) -> [UInt8] {
        var value: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        precondition(limit <= MemoryLayout.size(ofValue: value))
        let count = try valueOrErrno(.getAttribute) {
            unsafe withUnsafeMutableBytes(of: &value) { unsafe read($0.baseAddress, limit) }
        }
        return unsafe withUnsafeBytes(of: &value) { unsafe [UInt8]($0.prefix(count)) }
    }

    private func pointer(to entry: DirectoryEntry) -> UnsafePointer<CChar> {
        // SAFETY: entries are made by `next` alone, with a range inside of the room; a CChar is a byte.
        unsafe UnsafePointer((room + entry.name.lowerBound).assumingMemoryBound(to: CChar.self))
    }
}
