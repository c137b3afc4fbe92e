// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// All that decides whether the kernel lets a thread bind a port (credentials(7), capabilities(7), namespaces(7)).
package struct ThreadCredentials: Hashable, Sendable {
    /// Its real, effective, saved and file system user, in this order.
    package var users: [UserID]
    /// Its real, effective, saved and file system group, in this order.
    package var groups: [GroupID]
    /// Its supplementary groups, in ascending order.
    package var supplementaryGroups: [GroupID]
    /// The capabilities that it may make effective.
    package var permitted: CapabilitySet
    /// The capabilities that are in effect.
    package var effective: CapabilitySet
    /// The user namespace in which these capabilities count.
    package var userNamespace: NamespaceID
    /// The network namespace of its new sockets.
    package var networkNamespace: NamespaceID

    /// Creates credentials.
    package init(_ status: ProcessStatus, userNamespace: NamespaceID, networkNamespace: NamespaceID) {
        users = status.users
        groups = status.groups
        supplementaryGroups = status.supplementaryGroups
        permitted = status.permitted
        effective = status.effective
        self.userNamespace = userNamespace
        self.networkNamespace = networkNamespace
    }

    /// Reads the credentials of a thread from its open directory below /proc and the open file `status` in it.
    ///
    /// Throws EACCES if this process may not inspect that one: ptrace(2), `PTRACE_MODE_READ_FSCREDS`.
    init(
        in directory: borrowing some Descriptor & ~Copyable,
        _ status: borrowing some Descriptor & ~Copyable
    ) throws(Errno) {
        self.init(
            try ProcessStatus(of: status),
            userNamespace: try NamespaceID(of: "ns/user", in: directory),
            networkNamespace: try NamespaceID(of: "ns/net", in: directory)
        )
    }

    /// The credentials of this process.
    ///
    /// Throws ESRCH if /proc belongs to another PID namespace, in which thread IDs differ.
    package static func ofCurrentProcess() throws(Errno) -> ThreadCredentials {
        guard try readLink("/proc/self") == "\(CurrentProcess.identifier)" else { throw .noSuchProcess }
        let directory = try FileDescriptor.open("/proc/self", [.pathOnly, .directory])
        return try ThreadCredentials(in: directory, FileDescriptor.open("status", .readOnly, in: directory))
    }

    /// Whether `CAP_NET_BIND_SERVICE` is in effect.
    package var canBindAllPorts: Bool { effective.contains(.netBindService) }
}

/// The identity of a namespace: device and inode number of its file (ioctl_nsfs(2)).
package struct NamespaceID: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// Creates the identity of the namespace with this file.
    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    /// Follows the link `path`, relative to `directory`.
    init(of path: ByteString, in directory: borrowing some Descriptor & ~Copyable) throws(Errno) {
        let status = try FileStatus(ofTarget: path, in: directory)
        self.init(device: status.device, inode: status.inode)
    }
}
