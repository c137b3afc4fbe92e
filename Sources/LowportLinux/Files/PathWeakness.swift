// SPDX-License-Identifier: Apache-2.0

/// A file, or a directory in its path, that an untrusted user may change.
package struct PathWeakness: Error, Hashable, Sendable, ByteStringConvertible {
    /// Its path.
    package let path: ByteString
    /// Its owner.
    package let owner: UserID
    /// Its permission bits.
    package let mode: FileMode
    /// Whether the owner is untrusted; otherwise the group or others may write.
    package let isOwners: Bool

    /// The reason: `/srv belongs to uid 1000`.
    package var byteString: ByteString {
        isOwners ? "\(path) belongs to uid \(owner)" : "\(path) has mode \(mode), so that others may write to it"
    }
}

extension ResolvedPath {
    /// The first directory of the path that a user other than `owners` may change; nil if there is none.
    ///
    /// An access control list that lets other users write sets the group bits (acl(5)).
    /// - Parameters:
    ///   - owners: the trusted users.
    ///   - allowsSticky: whether the sticky bit (`S_ISVTX`), with which only owners may remove names from the
    ///     directory, suffices. Others may have created a name before.
    package func weakDirectory(trusting owners: [UserID] = [.root], allowsSticky: Bool = false) -> PathWeakness? {
        for directory in directories {
            if let weak = PathWeakness(directory, trusting: owners, allowsSticky: allowsSticky) { return weak }
        }
        return nil
    }

    /// The file or directory at the path, if a user other than `owners` may change it.
    package func weakFile(trusting owners: [UserID] = [.root], allowsSticky: Bool = false) -> PathWeakness? {
        PathWeakness(
            PathDirectory(path: path, owner: status.owner, mode: status.mode),
            trusting: owners,
            allowsSticky: allowsSticky && status.kind == .directory
        )
    }
}

extension PathWeakness {
    /// The weakness of `place`; nil if it has none.
    fileprivate init?(_ place: PathDirectory, trusting owners: [UserID], allowsSticky: Bool) {
        let isTrusted = owners.contains(place.owner)
        let isOpen = place.mode.isWritableByGroupOrOthers && !(allowsSticky && place.mode.isSticky)
        if isTrusted && !isOpen { return nil }
        path = place.path
        owner = place.owner
        mode = place.mode
        isOwners = !isTrusted
    }
}
