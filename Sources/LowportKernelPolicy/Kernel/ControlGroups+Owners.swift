// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

extension ControlGroups {
    /// Returns the owner of an ancestor of the group with the directory `path`, if that owner is not root or other
    /// users may write there; nil if only root may move processes out of the group.
    ///
    /// Moving a process from one group to another takes permission on their common ancestor (cgroups(7)). Ancestors
    /// that cannot be inspected are skipped.
    package static func stranger(above path: ByteString) -> UserID? {
        do throws(Errno) {
            var group = try FileDescriptor.open(path, [.readOnly, .directory])
            while try group.status().inode != rootInode {
                let above = try FileDescriptor.open("..", [.readOnly, .directory], in: group)
                guard try above.fileSystem().keepsControlGroups else { return nil }
                let status = try FileStatus(of: "cgroup.procs", in: above)
                if status.owner != .root || status.mode.isWritableByGroupOrOthers { return status.owner }
                group = above
            }
            return nil
        } catch { return nil }
    }
}
