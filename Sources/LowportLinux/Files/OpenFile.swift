// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// How a file is opened: the flags of open(2). `O_CLOEXEC` is always added.
package struct OpenOptions: OptionSet, Sendable {
    /// The kernel's flags.
    package let rawValue: Int32

    /// Creates a set from the kernel's flags.
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// `O_RDONLY`, which is the absence of the others.
    package static var readOnly: OpenOptions { OpenOptions(rawValue: O_RDONLY) }
    /// `O_WRONLY`.
    package static var writeOnly: OpenOptions { OpenOptions(rawValue: O_WRONLY) }
    /// `O_RDWR`.
    package static var readWrite: OpenOptions { OpenOptions(rawValue: O_RDWR) }
    /// `O_PATH`: names the file without opening it; needs no permission on it, and never blocks on a FIFO.
    package static var pathOnly: OpenOptions { OpenOptions(rawValue: Int32(clinux_O_PATH)) }
    /// `O_DIRECTORY`: fails with ENOTDIR on anything else.
    package static var directory: OpenOptions { OpenOptions(rawValue: O_DIRECTORY) }
    /// `O_NOFOLLOW`: does not follow a symbolic link in the last component.
    package static var noFollow: OpenOptions { OpenOptions(rawValue: O_NOFOLLOW) }
    /// `O_NONBLOCK`: does not wait, neither when opening a FIFO nor later.
    package static var nonBlocking: OpenOptions { OpenOptions(rawValue: O_NONBLOCK) }
    /// `O_CREAT`.
    package static var create: OpenOptions { OpenOptions(rawValue: O_CREAT) }
    /// `O_EXCL`: with `create`, fails with EEXIST if the file exists.
    package static var exclusive: OpenOptions { OpenOptions(rawValue: O_EXCL) }
    /// `O_TRUNC`.
    package static var truncate: OpenOptions { OpenOptions(rawValue: O_TRUNC) }
    /// `O_APPEND`.
    package static var append: OpenOptions { OpenOptions(rawValue: O_APPEND) }
    /// `O_TMPFILE`: creates a file without a name in the directory at the path.
    package static var temporary: OpenOptions { OpenOptions(rawValue: Int32(clinux_O_TMPFILE)) }
    /// `O_NOCTTY`.
    package static var noControllingTerminal: OpenOptions { OpenOptions(rawValue: O_NOCTTY) }
}

extension FileDescriptor {
    /// Opens the file at `path`.
    ///
    /// The corresponding system call is openat(2) with `AT_FDCWD`.
    /// - Parameters:
    ///   - path: its path, relative to the working directory.
    ///   - options: how it is opened.
    ///   - mode: the permissions of a file that this call creates, before the umask.
    package static func open(
        _ path: ByteString,
        _ options: OpenOptions,
        mode: FileMode = FileMode(rawValue: 0o600)
    ) throws(Errno) -> FileDescriptor {
        try open(path, options, mode: mode, directory: AT_FDCWD)
    }

    /// Opens the file at `path`, relative to the directory `directory`.
    ///
    /// The corresponding system call is openat(2).
    package static func open(
        _ path: ByteString,
        _ options: OpenOptions,
        mode: FileMode = FileMode(rawValue: 0o600),
        in directory: borrowing some Descriptor & ~Copyable
    ) throws(Errno) -> FileDescriptor {
        try open(path, options, mode: mode, directory: directory.rawValue)
    }

    /// Opens the file at `path`, relative to `directory`; throws ELOOP if the path contains a symbolic link.
    ///
    /// The corresponding system call is openat2(2), which Linux has since 5.6; before, this throws ENOSYS.
    package static func openWithoutLinks(
        _ path: ByteString,
        _ options: OpenOptions,
        in directory: borrowing some Descriptor & ~Copyable
    ) throws(Errno) -> FileDescriptor {
        let (start, flags) = (directory.rawValue, options.rawValue | O_CLOEXEC)
        let descriptor = try valueOrErrno(.openWithoutLinks) {
            unsafe path.withCString { unsafe clinux_open_without_links(start, $0, flags) }
        }
        return FileDescriptor(owning: descriptor)
    }

    private static func open(
        _ path: ByteString,
        _ options: OpenOptions,
        mode: FileMode,
        directory: Int32
    ) throws(Errno) -> FileDescriptor {
        let flags = options.rawValue | O_CLOEXEC
        let descriptor = try valueOrErrno(.open) {
            unsafe path.withCString { unsafe clinux_openat(directory, $0, flags, mode.rawValue) }
        }
        return FileDescriptor(owning: descriptor)
    }
}
