// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Gives the calling thread its own working directory, root and umask, which it shared with other threads.
///
/// The corresponding system call is unshare(2) with `CLONE_FS`. It needs no privilege, but a container may forbid it.
package func separateWorkingDirectory() throws(Errno) {
    try nothingOrErrno(.prctl) { clinux_unshare_working_directory() }
}

/// The path of the working directory, without symbolic links.
///
/// The corresponding system call is getcwd(2). Throws ENOENT if the directory was removed or is outside of the root.
package func workingDirectoryPath() throws(Errno) -> ByteString {
    var path = [CChar](repeating: 0, count: 4096)
    try nothingOrErrno(.getWorkingDirectory) { () -> Int32 in
        unsafe getcwd(&path, 4096) == nil ? -1 : 0
    }
    // For a directory outside of the root, older C libraries return the path of the kernel: `(unreachable)/...`.
    guard path[0] == 0x2F else { throw .noSuchFile }
    return ByteString(terminated: path)
}

extension Descriptor where Self: ~Copyable {
    /// Makes this the working directory of the calling thread and of threads that share it.
    ///
    /// The corresponding system call is fchdir(2).
    package func becomeWorkingDirectory() throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.fcntl) { fchdir(descriptor) }
    }
}
