// SPDX-License-Identifier: Apache-2.0
package import LowportLaunch
package import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory
internal import Synchronization

/// The users and groups of this machine, each looked up only once.
package final class SystemPolicyNames: PolicyNames, Sendable {
    private struct Known {
        var users: [ByteString: UserID?] = [:]
        var groups: [ByteString: GroupID?] = [:]
        var members: [GroupID: [UserID]] = [:]
        var programs: [ByteString: ProgramInode?] = [:]
        var devices = KernelDevices()
    }

    private let known = Mutex(Known())

    /// Creates a resolver that has looked up no names yet.
    package init() {}

    /// Returns the user named `name`; nil if there is none.
    package func user(named name: ByteString) -> UserID? {
        known.withLock { known in
            if let user = known.users[name] { return user }
            let user = Accounts.user(named: name)
            known.users[name] = .some(user)
            return user
        }
    }

    /// Returns the group named `name`; nil if there is none.
    package func group(named name: ByteString) -> GroupID? {
        known.withLock { known in
            if let group = known.groups[name] { return group }
            let group = Accounts.group(named: name)
            known.groups[name] = .some(group)
            return group
        }
    }

    /// Returns the file of the program at `path` as the kernel knows it; nil if there is none, or if a user other than
    /// root may replace it.
    package func inode(ofProgramAt path: ByteString) -> ProgramInode? {
        known.withLock { known in
            if let inode = known.programs[path] { return inode }
            let inode = findInode(ofProgramAt: path, &known.devices)
            known.programs[path] = .some(inode)
            return inode
        }
    }

    /// Returns whether processes execute the file of the program at `path` itself.
    package func isExecuted(programAt path: ByteString) -> Bool { NamedProgram.fault(ofProgramAt: path) == nil }

    private func findInode(ofProgramAt path: ByteString, _ devices: inout KernelDevices) -> ProgramInode? {
        guard let identity = program(at: path), let file = try? FileDescriptor.open(path, [.pathOnly, .noFollow]),
            let status = try? file.status(), status.identity == identity
        else { return nil }
        return devices.inode(of: file, status)
    }

    /// The groups whose members were looked up so far, and these.
    package var lookedUpGroups: [KnownGroup] {
        known.withLock { $0.members }.map { KnownGroup(group: $0.key, members: $0.value) }
            .sorted { $0.group.rawValue < $1.group.rawValue }
    }

    /// Returns the users whose sessions have the group `group`.
    package func members(of group: GroupID) -> [UserID] {
        known.withLock { known in
            if let members = known.members[group] { return members }
            let members = Accounts.members(of: group)
            known.members[group] = members
            return members
        }
    }
}
