// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The processes that a rule applies to.
public enum Principal: Hashable, Sendable, ByteStringConvertible {
    /// Every process.
    case everyone
    /// Processes with this real user, by name.
    case user(ByteString)
    /// Processes with this group, real or supplementary, by name.
    case group(ByteString)
    /// Processes with this real user, by number.
    case userID(UserID)
    /// Processes with this group, real or supplementary, by number.
    case groupID(GroupID)

    /// The words of the rules file: `user web`.
    public var byteString: ByteString {
        switch self {
        case .everyone: "everyone"
        case .user(let name): "user \(name)"
        case .group(let name): "group \(name)"
        case .userID(let user): "uid \(user)"
        case .groupID(let group): "gid \(group)"
        }
    }

    /// Whether a process with this user and these groups matches. A name without an account matches no process.
    func includes(user: UserID, groups: [GroupID], names: some NameResolver) -> Bool {
        switch self {
        case .everyone: true
        case .userID(let wanted): wanted == user
        case .groupID(let wanted): groups.contains(wanted)
        case .user(let name): names.user(named: name) == user
        case .group(let name): names.group(named: name).map { groups.contains($0) } ?? false
        }
    }
}
