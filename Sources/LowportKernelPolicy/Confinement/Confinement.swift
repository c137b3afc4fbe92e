// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The users, groups and programs that are confined to what the rules allow, by number.
package struct Confinement: Hashable, Sendable {
    /// Whether every user except root is confined.
    package var includesEveryone = false
    /// Whether root is confined.
    package var includesRoot = false
    /// The confined users.
    package var users: Set<UserID> = []
    /// The confined groups.
    package var groups: Set<GroupID> = []
    /// The confined programs.
    package var programs: Set<ProgramInode> = []

    /// Creates an empty confinement.
    package init() {}

    /// Whether no user or group is confined.
    package var isEmpty: Bool { self == Confinement() }

    /// Adds the users and groups that `other` confines.
    package mutating func formUnion(_ other: Confinement) {
        includesEveryone = includesEveryone || other.includesEveryone
        includesRoot = includesRoot || other.includesRoot
        users.formUnion(other.users)
        groups.formUnion(other.groups)
        programs.formUnion(other.programs)
    }

    // MARK: - In the kernel

    /// The size of an entry in the pinned map in bytes: a kind, a number, and the inode number of a program, whose
    /// number is the device.
    static let entrySize = 16

    private enum Kind: UInt32 {
        case nobody, everyone, root, user, group, program
    }

    /// The entries of the pinned map: at least one, which may stand for no principal.
    var entries: [[UInt8]] {
        func entry(_ kind: Kind, _ number: UInt32, inode: UInt64 = 0) -> [UInt8] {
            var bytes = MapBytes()
            bytes.append(kind.rawValue)
            bytes.append(number)
            bytes.append(inode)
            return bytes.bytes
        }
        var entries: [[UInt8]] = []
        if includesEveryone { entries.append(entry(.everyone, 0)) }
        if includesRoot { entries.append(entry(.root, 0)) }
        entries += users.map { entry(.user, $0.rawValue) } + groups.map { entry(.group, $0.rawValue) }
        entries += programs.map { entry(.program, $0.device, inode: $0.number) }
        return entries.isEmpty ? [entry(.nobody, 0)] : entries
    }

    /// Adds the principal of an entry in the pinned map. Returns false if the entry is not one that `entries` produces.
    mutating func enter(_ entry: [UInt8]) -> Bool {
        guard entry.count == Self.entrySize else { return false }
        let numbers = MapNumbers(entry)
        let number = numbers.word(at: 4)
        switch Kind(rawValue: numbers.word(at: 0)) {
        case .nobody: break
        case .everyone: includesEveryone = true
        case .root: includesRoot = true
        case .user: users.insert(UserID(rawValue: number))
        case .group: groups.insert(GroupID(rawValue: number))
        case .program: programs.insert(ProgramInode(device: number, number: numbers.double(at: 8)))
        case nil: return false
        }
        return true
    }
}
