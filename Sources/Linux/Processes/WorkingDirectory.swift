// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Gives the calling thread a working directory, root and umask of its own, which so far it shares with other threads.
///
/// The corresponding system call is unshare(2) with `CLONE_FS`. It needs no privilege, but a container may forbid it.
public func separateWorkingDirectory() throws(Errno) {
    try nothingOrErrno(.prctl) { clinux_unshare_working_directory() }
}

/// The path of the working directory, which has no symbolic link in it.
///
/// The corresponding system call is getcwd(2). Throws ENOENT if the directory has been removed, or lies outside of the root.
public func workingDirectoryPath() throws(Errno) -> ByteString {
    var path = [CChar](repeating: 0, count: 4096)
    try nothingOrErrno(.getWorkingDirectory) { () -> Int32 in
        unsafe getcwd(&path, 4096) == nil ? -1 : 0
    }
    // Older C libraries hand out what the kernel says of a place that the root does not lead to: `(unreachable)/...`.
    guard path[0] == 0x2F else { throw .noSuchFile }
    return ByteString(terminated: path)
}

extension Descriptor where Self: ~Copyable {
    /// Makes this directory the working directory of the calling thread, and of those that share it.
    ///
    /// The corresponding system call is fchdir(2).
    public func becomeWorkingDirectory() throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.fcntl) { fchdir(descriptor) }
    }
}
