// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// What identifies a file, even after it has been moved or copied: its content, owner, group and mode.
package struct FileFingerprint: Hashable, Sendable {
    /// The SHA-256 of the content: 32 bytes.
    package let digest: [UInt8]
    /// The owner.
    package let owner: UserID
    /// The owning group.
    package let group: GroupID
    /// The permission bits.
    package let mode: FileMode

    /// Creates a fingerprint.
    package init(digest: [UInt8], owner: UserID, group: GroupID, mode: FileMode) {
        self.digest = digest
        self.owner = owner
        self.group = group
        self.mode = mode
    }

    /// Takes the fingerprint of the regular file at `path`, which must not be a symbolic link.
    /// - Throws: EINVAL if it is not a regular file.
    package init(ofFile path: ByteString) throws(Errno) {
        try self.init(of: FileDescriptor.open(path, [.readOnly, .noFollow, .nonBlocking, .noControllingTerminal]))
    }

    /// Takes the fingerprint of an open file, which is read from its current offset. Throws EINVAL if it is not a
    /// regular file.
    init(of file: borrowing FileDescriptor) throws(Errno) {
        let status = try file.status()
        guard status.kind == .regular else { throw .invalidArgument }
        var hash = SHA256()
        while true {
            let part = try file.read(upTo: 1 << 16)
            if part.isEmpty { break }
            hash.update(part)
        }
        self.init(digest: hash.finish(), owner: status.owner, group: status.group, mode: status.mode)
    }
}
