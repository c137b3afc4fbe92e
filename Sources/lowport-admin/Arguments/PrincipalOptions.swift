// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// `--user`, `--group`, `--uid`, `--gid` or `--everyone`: exactly one of them.
struct PrincipalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The user, by name.", valueName: "name"),
        completion: .shellCommand("getent passwd | grep -o '^[a-zA-Z0-9_.@-]*'")
    )
    var user: BytesArgument?

    @Option(
        help: ArgumentHelp("The group, by name; supplementary groups count.", valueName: "name"),
        completion: .shellCommand("getent group | grep -o '^[a-zA-Z0-9_.@-]*'")
    )
    var group: BytesArgument?

    @Option(help: ArgumentHelp("The user, by number.", valueName: "number"), transform: NumberArgument.parse)
    var uid: UInt32?

    @Option(help: ArgumentHelp("The group, by number.", valueName: "number"), transform: NumberArgument.parse)
    var gid: UInt32?

    @Flag(help: "Every user.")
    var everyone = false

    private var given: [Principal] {
        var all: [Principal] = []
        if let user { all.append(.user(user.bytes)) }
        if let group { all.append(.group(group.bytes)) }
        if let uid { all.append(.userID(UserID(rawValue: uid))) }
        if let gid { all.append(.groupID(GroupID(rawValue: gid))) }
        if everyone { all.append(.everyone) }
        return all
    }

    /// Requires exactly one principal, or at most one with `--program` and ports, or none with `--program` alone.
    func demand(with program: BytesArgument?, hasPorts: Bool) throws {
        if program != nil, !hasPorts {
            guard given.isEmpty else {
                throw ValidationError("--program without ports is for everybody who runs the program")
            }
        } else if given.count > 1 || given.isEmpty && program == nil {
            throw ValidationError("give exactly one of --user, --group, --uid, --gid or --everyone")
        }
    }

    var principal: Principal { given.first ?? .everyone }

    /// Whether a principal is given.
    var isGiven: Bool { !given.isEmpty }

    private static func hint(_ near: ByteString?, _ option: Message) -> Message {
        near.map { "did you mean \($0)?" } ?? "for a number, use \(option)"
    }

    /// The principal; throws if the machine does not know its name.
    func existingPrincipal() throws -> Principal {
        switch principal {
        case .user(let name) where Accounts.user(named: name) == nil:
            throw failure(
                "no such user: \(name)",
                hint: Self.hint(KnownNames().user(like: name), "--uid"),
                status: Status.usage
            )
        case .group(let name) where Accounts.group(named: name) == nil:
            throw failure(
                "no such group: \(name)",
                hint: Self.hint(KnownNames().group(like: name), "--gid"),
                status: Status.usage
            )
        default: return principal
        }
    }
}
