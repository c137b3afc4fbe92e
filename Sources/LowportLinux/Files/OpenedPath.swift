// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// The path of the open file, with all links followed.
    ///
    /// The corresponding system call is readlink(2), on `/proc/self/fd`.
    package func path() throws(Errno) -> ByteString { try readLink("/proc/self/fd/\(rawValue)") }

    /// The target of the symbolic link that is open as `pathOnly`.
    ///
    /// The corresponding system call is readlinkat(2) with an empty path.
    package func linkTarget() throws(Errno) -> ByteString {
        try readLink("", in: rawValue)
    }

    /// A duplicate of the descriptor.
    ///
    /// The corresponding system call is fcntl(2) with `F_DUPFD_CLOEXEC`.
    package func duplicated() throws(Errno) -> FileDescriptor {
        let descriptor = rawValue
        return FileDescriptor(owning: try valueOrErrno(.duplicate) { clinux_fcntl(descriptor, F_DUPFD_CLOEXEC, 3) })
    }
}

/// The target of the symbolic link at `path`.
///
/// The corresponding system call is readlinkat(2) with `AT_FDCWD`.
package func readLink(_ path: ByteString) throws(Errno) -> ByteString { try readLink(path, in: AT_FDCWD) }

private func readLink(_ path: ByteString, in directory: Int32) throws(Errno) -> ByteString {
    var target = [CChar](repeating: 0, count: 4096)
    let length = try valueOrErrno(.readLink) {
        unsafe path.withCString { unsafe readlinkat(directory, $0, &target, 4096) }
    }
    return ByteString(target.prefix(length).map { UInt8(truncatingIfNeeded: $0) })
}
