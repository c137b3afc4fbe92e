// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Gives the calling thread a working directory, root and umask of its own, which so far it shares with other threads.
///
/// The corresponding system call is unshare(2) with `CLONE_FS`. It needs no privilege, but a container may forbid it.
public func separateWorkingDirectory() throws(Errno) {
    try nothingOrErrno(.prctl) { clinux_unshare_working_directory() }
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
