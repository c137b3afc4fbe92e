// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Who is confined to what the rules allow, by number.
public struct Confinement: Hashable, Sendable {
    /// Whether every user but root is.
    public var includesEveryone = false
    /// Whether root is.
    public var includesRoot = false
    /// The users.
    public var users: Set<UserID> = []
    /// The groups.
    public var groups: Set<GroupID> = []

    /// Creates the confinement of nobody.
    public init() {}

    /// Whether nobody is confined.
    public var isEmpty: Bool { self == Confinement() }

    /// Confines all whom `other` confines as well.
    public mutating func formUnion(_ other: Confinement) {
        includesEveryone = includesEveryone || other.includesEveryone
        includesRoot = includesRoot || other.includesRoot
        users.formUnion(other.users)
        groups.formUnion(other.groups)
    }

    // MARK: - In the kernel

    /// The bytes of an entry of the pinned map: a kind and a number.
    static let entrySize = 8

    private enum Kind: UInt32 {
        case nobody, everyone, root, user, group
    }

    /// The entries of the pinned map; at least one, which may mean nobody.
    var entries: [[UInt8]] {
        func entry(_ kind: Kind, _ number: UInt32) -> [UInt8] {
            var bytes = MapBytes()
            bytes.append(kind.rawValue)
            bytes.append(number)
            return bytes.bytes
        }
        var entries: [[UInt8]] = []
        if includesEveryone { entries.append(entry(.everyone, 0)) }
        if includesRoot { entries.append(entry(.root, 0)) }
        entries += users.map { entry(.user, $0.rawValue) } + groups.map { entry(.group, $0.rawValue) }
        return entries.isEmpty ? [entry(.nobody, 0)] : entries
    }

    /// Confines whom an entry of the pinned map means. Returns false if that is nothing that `entries` has.
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
        case nil: return false
        }
        return true
    }
}
