// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The permission bits of a file, with set-user-ID, set-group-ID and sticky: 0o7777 at the most.
package struct FileMode: RawRepresentable, Hashable, Sendable, ByteStringConvertible {
    /// The bits as in `st_mode`, without the type.
    package let rawValue: UInt32

    /// Creates a mode from its bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The bits in octal, four digits: `0755`.
    package var byteString: ByteString {
        ByteString([9, 6, 3, 0].map { UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rawValue >> $0 & 7) })
    }

    /// Whether users besides the owner may write: `S_IWGRP` or `S_IWOTH`.
    package var isWritableByGroupOrOthers: Bool { rawValue & 0o022 != 0 }

    /// Whether only owners can remove names from a directory with this mode: `S_ISVTX` (inode(7)).
    package var isSticky: Bool { rawValue & 0o1000 != 0 }

    /// Whether executing a program with this mode changes the user or group.
    package var isSetID: Bool { rawValue & 0o6000 != 0 }
}

/// The file type: the type bits of `st_mode` (inode(7)).
package enum FileKind: Sendable {
    case regular, directory, symbolicLink, fifo, socket, characterDevice, blockDevice, unknown

    init(mode: UInt32) {
        switch mode & 0o170000 {
        case 0o100000: self = .regular
        case 0o040000: self = .directory
        case 0o120000: self = .symbolicLink
        case 0o010000: self = .fifo
        case 0o140000: self = .socket
        case 0o020000: self = .characterDevice
        case 0o060000: self = .blockDevice
        default: self = .unknown
        }
    }
}

/// The status of a file (stat(2)).
package struct FileStatus: Sendable {
    /// The file type.
    package let kind: FileKind
    /// The permission bits.
    package let mode: FileMode
    /// The owner.
    package let owner: UserID
    /// The owning group.
    package let group: GroupID
    /// The size in bytes.
    package let size: Int64
    /// The device of the file; with the inode number, its identity.
    package let device: UInt64
    /// The inode number.
    package let inode: UInt64
    /// When its content or its attributes last changed, in nanoseconds since 1970-01-01T00:00:00Z.
    package let changed: Int64

    init(_ status: stat) {
        kind = FileKind(mode: status.st_mode)
        mode = FileMode(rawValue: status.st_mode & 0o7777)
        owner = UserID(rawValue: status.st_uid)
        group = GroupID(rawValue: status.st_gid)
        size = Int64(status.st_size)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        changed = Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec)
    }

    /// The status of the file at `path`.
    ///
    /// The corresponding system call is fstatat(2).
    /// - Parameter followLinks: whether a symbolic link in the last component is followed.
    package init(of path: ByteString, followLinks: Bool = true) throws(Errno) {
        try self.init(of: path, directory: AT_FDCWD, flags: followLinks ? 0 : AT_SYMLINK_NOFOLLOW)
    }

    /// The status of the file at `path`, relative to `directory`; of a symbolic link, its own.
    ///
    /// The corresponding system call is fstatat(2) with `AT_SYMLINK_NOFOLLOW`. Nothing is mounted by it.
    package init(of path: ByteString, in directory: borrowing some Descriptor & ~Copyable) throws(Errno) {
        try self.init(of: path, directory: directory.rawValue, flags: AT_SYMLINK_NOFOLLOW)
    }

    /// The status of the file at `path`, relative to `directory`; of a symbolic link, that of its target.
    ///
    /// The corresponding system call is fstatat(2) without flags.
    init(ofTarget path: ByteString, in directory: borrowing some Descriptor & ~Copyable) throws(Errno) {
        try self.init(of: path, directory: directory.rawValue, flags: 0)
    }

    /// Whether both belong to one file, under any names.
    package func isOfSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }

    private init(of path: ByteString, directory: Int32, flags: Int32) throws(Errno) {
        var status = stat()
        try nothingOrErrno(.stat) {
            unsafe path.withCString { unsafe clinux_fstatat(directory, $0, &status, flags) }
        }
        self.init(status)
    }
}

extension Descriptor where Self: ~Copyable {
    /// The status of the open file.
    ///
    /// The corresponding system call is fstat(2).
    package func status() throws(Errno) -> FileStatus {
        let descriptor = rawValue
        var status = stat()
        try nothingOrErrno(.stat) { unsafe clinux_fstat(descriptor, &status) }
        return FileStatus(status)
    }
}
