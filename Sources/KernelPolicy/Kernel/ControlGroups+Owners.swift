// SPDX-License-Identifier: Apache-2.0
public import Linux

extension ControlGroups {
    /// The owner of a group above the one with the directory `path`, if that is not root or others may write there; nil if
    /// root alone may take processes out of the group.
    ///
    /// A process goes from one group to another by the leave of the group above both (cgroups(7)). What cannot be looked at is
    /// passed over.
    public static func stranger(above path: ByteString) -> UserID? {
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
