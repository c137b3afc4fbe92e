// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy
internal import LowportPolicyInventory

/// Resolves the names in rules, and the members of groups.
package protocol PolicyNames: NameResolver {
    /// Returns the users whose sessions have the group `group`, primary or supplementary.
    func members(of group: GroupID) -> [UserID]
    /// Returns the file of the program at `path` as the kernel knows it; nil if there is none, or if a user other than
    /// root may replace it.
    func inode(ofProgramAt path: ByteString) -> ProgramInode?
    /// Returns whether processes execute the file of the program at `path` itself: not that of a script, whose interpreter
    /// they execute.
    func isExecuted(programAt path: ByteString) -> Bool
}

/// The policy as the kernel looks it up: one entry for each principal, protocol, port and prefix.
///
/// The program sees the real user and the real group of a process, but not its supplementary groups. A rule for a group
/// is therefore also entered for each member of the group.
package struct PolicyTable: Sendable {
    /// What an entry allows, and which line allows it.
    struct Value: Hashable, Sendable {
        /// The expiry time, from which on the entry allows nothing; nil if it never expires.
        var until: Timestamp?
        /// The index of the line in `grants`.
        var grant: Int
        /// Whether the entry allows a dual-stack wildcard without a second entry for IPv4, as the authbind tree does.
        var isAlone = false

        /// Whether this value lasts longer than `other`, or for the same time allows more, or comes from an earlier
        /// line.
        func isBetter(than other: Value) -> Bool {
            switch (until, other.until) {
            case (nil, _?): true
            case (_?, nil): false
            case (let mine?, let its?) where mine != its: mine > its
            default: isAlone == other.isAlone ? grant < other.grant : isAlone
            }
        }
    }

    /// A line, or a file, that grants a permission.
    package struct Grant: Hashable, Sendable {
        /// The position of the line or file.
        package let location: RuleLocation
        /// The key of the rule's counter. It depends only on the text, so it stays the same when the rule moves.
        package let digest: UInt64
    }

    /// The first unprivileged port: the program passes binds of this port and all ports above it.
    package let limit: Port
    /// The lines that grant a permission.
    package private(set) var grants: [Grant] = []
    private(set) var entries: [PolicyKey: Value] = [:]
    /// The numbers of the programs that rules name, from 1 on.
    private(set) var programs: [ProgramInode: UInt32] = [:]
    /// The programs that are confined, by number.
    private(set) var confinedPrograms: Set<UInt32> = []
    private(set) var confinesEveryone = false
    private(set) var confinesRoot = false

    /// The number of entries.
    package var count: Int { entries.count }

    /// Compiles `policy` for the ports below `limit`.
    package init(_ policy: EnforcedPolicy, limit: Port, names: some PolicyNames) {
        self.limit = limit
        for permission in policy.permissions {
            grants.append(Grant(location: permission.location, digest: Self.digest(of: permission.counter)))
            enter(permission, grant: grants.count - 1, names: names)
        }
        if let confinement = policy.confinement {
            enter(confinement)
            for inode in confinement.programs { confinedPrograms.insert(number(of: inode)) }
        } else {
            for confinement in policy.confinements { enter(confinement, names: names) }
        }
        inheritFromWiderScopes()
    }

    /// Returns the key of `counter` in the counters map: its FNV-1a hash.
    package static func digest(of counter: ByteString) -> UInt64 {
        counter.bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Whether any entry expires, so that the program must read the clock.
    var isDated: Bool { entries.values.contains { $0.until != nil } }

    /// Whether any principal may bind :: for IPv6 only, so that `IPV6_V6ONLY` matters.
    var dependsOnIPv6Only: Bool {
        entries.contains { key, value in
            guard key.scope == .space(.v6), !value.isAlone else { return false }
            return [.space(.mapped), .everywhere].allSatisfy { entries[PolicyKey(head: key.head, scope: $0)] == nil }
        }
    }

    /// Whether `kind` has an entry: the program looks up no other kinds.
    func has(_ kind: PolicyKey.Kind) -> Bool { entries.keys.contains { $0.head.kind == kind && $0.head.program == 0 } }

    /// The value of the map of programs for a program's number.
    func value(ofProgram number: UInt32) -> UInt64 {
        UInt64(number) | (confinedPrograms.contains(number) ? 1 << UInt64(ProgramInode.confinedShift) : 0)
    }

    /// Whether `kind` has an entry for a program.
    func hasProgram(for kind: PolicyKey.Kind) -> Bool {
        entries.keys.contains { $0.head.kind == kind && $0.head.program != 0 }
    }

    // MARK: - Adding entries

    typealias Requester = (kind: PolicyKey.Kind, principal: UInt32)

    private mutating func enter(_ permission: PolicyPermission, grant: Int, names: some PolicyNames) {
        var program: UInt32 = 0
        if let path = permission.principal.program {
            guard let number = number(ofProgramAt: path, names: names) else { return }
            program = number
        }
        enter(
            Value(until: permission.until, grant: grant, isAlone: permission.isAlone),
            for: Self.processes(of: permission.principal.identity, names: names),
            program,
            permission.transports.transports,
            permission.ports.flatMap(privileged),
            PolicyKey.AddressScope.of(permission.addresses)
        )
    }

    private mutating func enter(
        _ value: Value,
        for processes: [Requester],
        _ program: UInt32,
        _ transports: [TransportProtocol],
        _ ports: [Port],
        _ scopes: [PolicyKey.AddressScope]
    ) {
        for requester in processes {
            for port in ports {
                for transport in transports {
                    let head = PolicyKey.Head(
                        kind: requester.kind,
                        principal: requester.principal,
                        program: program,
                        transport: transport,
                        port: port
                    )
                    for scope in scopes { enter(value, at: PolicyKey(head: head, scope: scope)) }
                }
            }
        }
    }

    private mutating func number(ofProgramAt path: ByteString, names: some PolicyNames) -> UInt32? {
        // A rule for a program that is not there, or not trusted, allows nothing.
        guard let inode = names.inode(ofProgramAt: path), programs.count < PolicyKey.mostPrograms else { return nil }
        return number(of: inode)
    }

    private mutating func number(of inode: ProgramInode) -> UInt32 {
        if let number = programs[inode] { return number }
        let number = UInt32(programs.count + 1)
        programs[inode] = number
        return number
    }

    /// The ports in `range` below `limit`.
    private func privileged(_ range: PortRange) -> [Port] {
        guard range.lower < limit else { return [] }
        let upper = min(range.upper.rawValue, limit.rawValue - 1)
        return (range.lower.rawValue...upper).map { Port(rawValue: $0) }
    }

    /// Stores `value` for `key`, unless the existing value is better.
    mutating func enter(_ value: Value, at key: PolicyKey) {
        if let present = entries[key], !value.isBetter(than: present) { return }
        entries[key] = value
    }

    private mutating func enter(_ confinement: ConfinedPrincipal, names: some PolicyNames) {
        let principal: Principal
        switch confinement {
        case .everyone:
            confinesEveryone = true
            return
        case .root:
            confinesRoot = true
            return
        case .user(let name): principal = .user(name)
        case .group(let name): principal = .group(name)
        case .program(let path):
            if let number = number(ofProgramAt: path, names: names) { confinedPrograms.insert(number) }
            return
        }
        confine(Self.processes(of: principal, names: names))
    }

    private mutating func enter(_ confinement: Confinement) {
        confinesEveryone = confinement.includesEveryone
        confinesRoot = confinement.includesRoot
        confine(confinement.users.map { (.user, $0.rawValue) } + confinement.groups.map { (.group, $0.rawValue) })
    }

    private mutating func confine(_ processes: [Requester]) {
        for requester in processes {
            let head = PolicyKey.Head(
                kind: requester.kind == .user ? .confinedUser : .confinedGroup,
                principal: requester.principal,
                transport: .tcp,
                port: Port(rawValue: 0)
            )
            entries[PolicyKey(head: head, scope: .nothing)] = Value(until: nil, grant: 0)
        }
    }

    /// Returns the kinds and numbers by which the kernel recognizes `principal`; none if the name is unknown.
    static func processes(of principal: Principal, names: some PolicyNames) -> [Requester] {
        switch principal {
        case .everyone: return [(.everyone, 0)]
        case .userID(let user): return [(.user, user.rawValue)]
        case .user(let name): return names.user(named: name).map { [(.user, $0.rawValue)] } ?? []
        case .groupID(let group): return processes(in: group, names: names)
        case .group(let name): return names.group(named: name).map { processes(in: $0, names: names) } ?? []
        case .program(_, let principal): return processes(of: principal, names: names)
        }
    }

    private static func processes(in group: GroupID, names: some PolicyNames) -> [Requester] {
        [(.group, group.rawValue)] + names.members(of: group).map { (.user, $0.rawValue) }
    }
}
