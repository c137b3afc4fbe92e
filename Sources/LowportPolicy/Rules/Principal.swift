// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The processes that a rule applies to.
package enum Principal: Hashable, Sendable, ByteStringConvertible {
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
    /// Those processes of a principal whose program is the file with this path. The principal is not of this case.
    indirect case program(ByteString, of: Principal)

    /// The words of the rules file: `user web`.
    package var byteString: ByteString {
        switch self {
        case .everyone: "everyone"
        case .user(let name): "user \(name)"
        case .group(let name): "group \(name)"
        case .userID(let user): "uid \(user)"
        case .groupID(let group): "gid \(group)"
        case .program(let path, .everyone): "program \(path)"
        case .program(let path, let principal): "\(principal) program \(path)"
        }
    }

    /// The path of the program, if it is part of the principal.
    package var program: ByteString? { if case .program(let path, _) = self { path } else { nil } }

    /// The principal without the program.
    package var identity: Principal { if case .program(_, let principal) = self { principal } else { self } }

    /// Whether the process that requests the bind matches. A name without an account, and a program that is not known or
    /// not trusted, match no process.
    @inline(never)
    func includes(_ request: BindRequest, names: some NameResolver) -> Bool {
        var identity = self
        if case .program(let path, let principal) = self {
            guard let program = request.program, names.program(at: path) == program else { return false }
            identity = principal
        }
        let group: GroupID?
        switch identity {
        case .everyone: return true
        case .userID(let wanted): return wanted == request.user
        case .user(let name): return names.user(named: name) == request.user
        case .groupID(let wanted): group = wanted
        case .group(let name): group = names.group(named: name)
        case .program: return false
        }
        guard let group else { return false }
        return request.groups.contains(group)
    }
}
