// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// Waits until the file, or the names in the directory, are on disk.
    ///
    /// The corresponding system call is fsync(2).
    package func synchronize() throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.fsync) { fsync(descriptor) }
    }

    /// Waits for an exclusive lock on the open file, which lasts until the descriptor is closed.
    ///
    /// The corresponding system call is flock(2).
    package func lockExclusively() throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.flock) { flock(descriptor, LOCK_EX) }
    }

    /// Like `lockExclusively`, but returns false if another process holds the lock.
    package func tryToLockExclusively() throws(Errno) -> Bool {
        let descriptor = rawValue
        do {
            try nothingOrErrno(.flock) { flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            if error == .wouldBlock { return false }
            throw error
        }
    }

    /// Sets the permission bits, whatever the umask.
    ///
    /// The corresponding system call is fchmod(2).
    package func setMode(_ mode: FileMode) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.chmod) { fchmod(descriptor, mode.rawValue) }
    }

    /// Changes the group of the file.
    ///
    /// The corresponding system call is fchown(2).
    package func setGroup(_ group: GroupID) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.chown) { fchown(descriptor, ~0, group.rawValue) }
    }

    /// Makes the directory `name` in this one.
    ///
    /// The corresponding system call is mkdirat(2).
    package func makeDirectory(_ name: ByteString, mode: FileMode) throws(Errno) {
        let directory = rawValue
        try nothingOrErrno(.mkdir) { unsafe name.withCString { unsafe mkdirat(directory, $0, mode.rawValue) } }
    }

    /// Renames `name` in this directory to `newName`, replacing an existing file.
    ///
    /// The corresponding system call is renameat(2).
    package func rename(_ name: ByteString, to newName: ByteString) throws(Errno) {
        let directory = rawValue
        try nothingOrErrno(.rename) {
            unsafe name.withCString { old in
                unsafe newName.withCString { unsafe renameat(directory, old, directory, $0) }
            }
        }
    }

    /// Links `name` in this directory as `newName`, which must not exist; does not follow a symbolic link.
    ///
    /// The corresponding system call is linkat(2).
    package func link(_ name: ByteString, as newName: ByteString) throws(Errno) {
        let directory = rawValue
        try nothingOrErrno(.link) {
            unsafe name.withCString { old in
                unsafe newName.withCString { unsafe linkat(directory, old, directory, $0, 0) }
            }
        }
    }

    /// Removes the empty directory `name` from this directory.
    ///
    /// The corresponding system call is unlinkat(2) with `AT_REMOVEDIR`.
    package func removeDirectory(_ name: ByteString) throws(Errno) {
        let directory = rawValue
        try nothingOrErrno(.unlink) { unsafe name.withCString { unsafe unlinkat(directory, $0, AT_REMOVEDIR) } }
    }

    /// Removes the name `name` from this directory.
    ///
    /// The corresponding system call is unlinkat(2).
    package func unlink(_ name: ByteString) throws(Errno) {
        let directory = rawValue
        try nothingOrErrno(.unlink) { unsafe name.withCString { unsafe unlinkat(directory, $0, 0) } }
    }
}
