// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// Everything that allows somebody to bind something.
struct ListAnswer {
    let rules: [(rule: Rule, location: RuleLocation)]
    let authbind: [AuthbindGrant]
    /// How often the kernel engine granted by each of them; nil if it is not enabled, or if that is not for the caller.
    let binds: BindCounts?
    let programs: [PrivilegedProgram]
    /// Who is held to the rules, under the kernel engine.
    let confinements: [(confinement: ConfinedIdentity, location: RuleLocation)]
    /// Nil if the kernel does not say.
    let threshold: UInt32?
    let now: Timestamp

    /// The table.
    func lines(_ filter: ListFilter) -> [Line] {
        let columns: [ByteString] = binds == nil ? [] : ["BINDS"]
        var table = Table(headings: ["WHO", "PROTOCOL", "PORTS", "ADDRESSES", "UNTIL"] + columns + ["SOURCE"])
        func append(_ cells: [ByteString], _ count: UInt64?, _ source: ByteString) {
            let counted = binds == nil ? [] : [count.map { ByteString(decimal: $0) } ?? "-"]
            table.append(cells + counted + [source])
        }
        for (rule, location) in rules {
            let until: ByteString = rule.until.map { "\($0)\(rule.isExpired(at: now) ? " (over)" : "")" } ?? "-"
            let cells = [
                rule.identity.byteString, rule.transports.byteString, rule.portsText,
                rule.prefixes.isEmpty ? "all" : rule.prefixesText, until,
            ]
            append(cells, binds?.count(of: rule), location.byteString)
        }
        var names = NameCache()
        for grant in authbind {
            let who = names.naming(grant.identity).byteString
            let cells = [who, "any", grant.ports.byteString, grant.addresses ?? "all", "-"]
            append(cells, binds?.count(of: grant), grant.location)
        }
        for program in programs {
            append(["everyone, by program", "any", "all", "all", "-"], nil, "capability of \(program.path)")
        }
        if let range = threshold.flatMap({ PortRange.open(from: $0) }), filter.wants(.everyone, [range]) {
            append(["everyone", "any", range.byteString, "all", "-"], nil, "kernel (lowport threshold)")
        }
        let lines = table.isEmpty ? [Line("nothing allows that" as Message)] : table.lines(fitting: .standardOutput)
        return confinements.isEmpty ? lines : lines + [Line("" as Message)] + confinedLines
    }

    private var confinedLines: [Line] {
        var table = Table(headings: ["CONFINED TO THE RULES", "SOURCE"])
        for (confinement, location) in confinements { table.append([confinement.who, location.byteString]) }
        return table.lines(fitting: .standardOutput)
    }
}

extension ConfinedIdentity {
    /// `user web`, `everyone but root`.
    fileprivate var who: ByteString { self == .everyone ? "everyone but root" : identity }

    /// `user web`, `everyone`: what stands behind the verb.
    fileprivate var identity: ByteString { ByteString(byteString.bytes.dropFirst("confine ".utf8.count)) }
}

/// Names of users and groups, each looked up once.
struct NameCache {
    private var users: [UserID: ByteString?] = [:]
    private var groups: [GroupID: ByteString?] = [:]

    /// `identity` with a name in the place of a number that has one.
    mutating func naming(_ identity: Identity) -> Identity {
        switch identity {
        case .userID(let number):
            if users[number] == nil { users[number] = .some(Accounts.name(of: number)) }
            return (users[number] ?? nil).map { .user($0) } ?? identity
        case .groupID(let number):
            if groups[number] == nil { groups[number] = .some(Accounts.name(of: number)) }
            return (groups[number] ?? nil).map { .group($0) } ?? identity
        case .everyone, .user, .group: return identity
        }
    }
}

// The fields are those of Documentation/json.md.
extension ListAnswer: Encodable {
    private enum CodingKeys: String, CodingKey { case schema, rules, authbind, programs, confined, threshold }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("lowport.list/1", forKey: .schema)
        try container.encode(
            rules.map { ListedRule($0.rule, $0.location, now: now, binds: binds?.count(of: $0.rule)) },
            forKey: .rules
        )
        try container.encode(authbind.map { ListedFile($0, binds: binds?.count(of: $0)) }, forKey: .authbind)
        try container.encode(programs.map { ListedProgram($0) }, forKey: .programs)
        try container.encode(confinements.map { ListedConfinement($0, $1) }, forKey: .confined)
        try container.encode(threshold, forKey: .threshold)
    }
}

private struct ListedRule: Encodable {
    let identity: String
    let transport: String
    let ports: [String]
    let addresses: [String]
    let until: String?
    let expired: Bool
    let file: String
    let line: Int
    let rule: String
    let binds: UInt64?

    init(_ rule: Rule, _ location: RuleLocation, now: Timestamp, binds: UInt64?) {
        identity = rule.identity.byteString.jsonText
        transport = rule.transports.byteString.jsonText
        ports = rule.ports.map(\.byteString.jsonText)
        addresses = rule.prefixes.map(\.byteString.jsonText)
        until = rule.until?.byteString.jsonText
        expired = rule.isExpired(at: now)
        file = location.file.jsonText
        line = location.line
        self.rule = rule.byteString.jsonText
        self.binds = binds
    }

    private enum CodingKeys: String, CodingKey {
        case identity, ports, addresses, until, expired, file, line, rule, binds
        case transport = "protocol"
    }
}

private struct ListedFile: Encodable {
    let identity: String
    let ports: String
    let addresses: String?
    let file: String
    let line: Int?
    let binds: UInt64?

    init(_ grant: AuthbindGrant, binds: UInt64?) {
        identity = grant.identity.byteString.jsonText
        ports = grant.ports.byteString.jsonText
        addresses = grant.addresses?.jsonText
        file = grant.path.jsonText
        line = grant.line
        self.binds = binds
    }
}

private struct ListedProgram: Encodable {
    let file: String
    let capabilities: String

    init(_ program: PrivilegedProgram) {
        file = program.path.jsonText
        capabilities = program.capabilities.state.text().jsonText
    }
}

private struct ListedConfinement: Encodable {
    let identity: String
    let file: String
    let line: Int

    init(_ confinement: ConfinedIdentity, _ location: RuleLocation) {
        identity = confinement.identity.jsonText
        file = location.file.jsonText
        line = location.line
    }
}
