// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportDiagnosis
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// Everything that allows a bind.
struct ListAnswer {
    /// What each permission source allows.
    let sources: [SourceInventory]
    /// The number of binds granted by each entry; nil if the kernel engine is not enabled, or if the caller may not
    /// read it.
    let binds: BindCounts?
    let programs: [ListedProgram]
    /// The first unprivileged port; nil if it could not be read.
    let threshold: UInt32?
    let now: Timestamp

    /// The principals that the kernel engine confines to the rules.
    private var confinements: [(confinement: ConfinedPrincipal, location: RuleLocation)] {
        sources.flatMap(\.confinements)
    }

    /// The lines of the table.
    func lines(_ filter: ListFilter) -> [Line] {
        var table = Table(columns: Self.columns + (binds == nil ? [] : [Self.bindsColumn]) + [Self.sourceColumn])
        func append(_ cells: [ByteString], _ count: UInt64?, _ source: ByteString) {
            let counted = binds == nil ? [] : [count.map { ByteString(decimal: $0) } ?? "-"]
            table.append(cells + counted + [source])
        }
        var names = NameCache()
        for entry in sources.flatMap(\.entries) {
            let until = entry.until.map { "\($0)\($0 <= now ? " (over)" : "")" as ByteString } ?? "-"
            // A rule shows the principal as it is written; a file has an owner ID, which is shown as a name.
            let who = entry.rule == nil ? names.naming(entry.principal) : entry.principal
            let ports = ByteString(joining: entry.ports.map(\.byteString), with: ",")
            let cells = [who.byteString, entry.transports.byteString, ports, entry.addresses ?? "all", until]
            append(cells, binds?.count(of: entry), entry.location.byteString)
        }
        for program in programs {
            // What the rules for the program allow has lines of its own.
            let (ports, source): (ByteString, ByteString) =
                program.line.map { ("by the rules", ", confined by \($0)") } ?? ("all", "")
            let cells = ["everyone, by program", "any", ports, "all", "-"]
            append(cells, nil, "capability of \(program.program.path)\(source)")
        }
        if let range = threshold.flatMap({ PortRange.open(from: $0) }), filter.wants(.everyone, [range]) {
            append(["everyone", "any", range.byteString, "all", "-"], nil, "kernel (lowport threshold)")
        }
        let lines = table.isEmpty ? [Line("nothing allows that" as Message)] : table.lines(fitting: .standardOutput)
        return confinements.isEmpty ? lines : lines + [Line("" as Message)] + confinedLines
    }

    private static let columns = [
        Table.Column("WHO", divided: .afterBlanks), Table.Column("PROTOCOL", divided: .never),
        Table.Column("PORTS", divided: .afterCommas), Table.Column("ADDRESSES", divided: .afterCommas),
        Table.Column("UNTIL", divided: .afterBlanks, isOptional: true),
    ]
    private static let bindsColumn = Table.Column("BINDS", divided: .never, isOptional: true)
    private static let sourceColumn = Table.Column("SOURCE", divided: .never)

    private var confinedLines: [Line] {
        var table = Table(columns: [Table.Column("CONFINED TO THE RULES", divided: .afterBlanks), Self.sourceColumn])
        for (confinement, location) in confinements { table.append([confinement.who, location.byteString]) }
        return table.lines(fitting: .standardOutput)
    }
}

extension ConfinedPrincipal {
    /// `user web`, `everyone but root`.
    fileprivate var who: ByteString { self == .everyone ? "everyone but root" : principal }

    /// `user web`, `everyone`: the words after the verb.
    fileprivate var principal: ByteString { ByteString(byteString.bytes.dropFirst("confine ".utf8.count)) }
}

/// Names of users and groups, each looked up once.
struct NameCache {
    private var users: [UserID: ByteString?] = [:]
    private var groups: [GroupID: ByteString?] = [:]

    /// `principal` with a name in place of a number, if the number has one.
    mutating func naming(_ principal: Principal) -> Principal {
        switch principal {
        case .userID(let number):
            if users[number] == nil { users[number] = .some(Accounts.name(of: number)) }
            return (users[number] ?? nil).map { .user($0) } ?? principal
        case .groupID(let number):
            if groups[number] == nil { groups[number] = .some(Accounts.name(of: number)) }
            return (groups[number] ?? nil).map { .group($0) } ?? principal
        case .program(let path, let identity): return .program(path, of: naming(identity))
        case .everyone, .user, .group: return principal
        }
    }
}

// The fields are those of Documentation/reference/json.md: each source has a field with its name.
extension ListAnswer: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        func encode(_ value: some Encodable, as name: String) throws {
            try container.encode(value, forKey: Key(stringValue: name))
        }
        try encode("lowport.list/1", as: "schema")
        for inventory in sources {
            let entries = inventory.entries.map { ListedEntry(entry: $0, now: now, binds: binds?.count(of: $0)) }
            try encode(entries, as: inventory.source.traits.name.description)
        }
        try encode(programs, as: "programs")
        try encode(confinements.map { ListedConfinement($0, $1) }, as: "confined")
        try encode(threshold, as: "threshold")
    }
}

/// An entry: a rule with all its parts, or a file.
private struct ListedEntry: Encodable {
    let entry: PolicyEntry
    let now: Timestamp
    let binds: UInt64?

    private enum CodingKeys: String, CodingKey {
        case identity, ports, addresses, until, expired, file, line, rule, binds
        case transport = "protocol"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(entry.principal.byteString.jsonText, forKey: .identity)
        try container.encode(entry.location.file.jsonText, forKey: .file)
        try container.encodeIfPresent(binds, forKey: .binds)
        guard let rule = entry.rule else {
            let ports = ByteString(joining: entry.ports.map(\.byteString), with: ",")
            try container.encode(ports.jsonText, forKey: .ports)
            try container.encodeIfPresent(entry.addresses?.jsonText, forKey: .addresses)
            if entry.location.line > 0 { try container.encode(entry.location.line, forKey: .line) }
            return
        }
        try container.encode(rule.transports.byteString.jsonText, forKey: .transport)
        try container.encode(rule.ports.map(\.byteString.jsonText), forKey: .ports)
        try container.encode(rule.prefixes.map(\.byteString.jsonText), forKey: .addresses)
        try container.encodeIfPresent(rule.until?.byteString.jsonText, forKey: .until)
        try container.encode(rule.isExpired(at: now), forKey: .expired)
        try container.encode(entry.location.line, forKey: .line)
        try container.encode(rule.byteString.jsonText, forKey: .rule)
    }
}

/// A program with the capability.
struct ListedProgram: Encodable {
    let program: PrivilegedProgram
    /// The line that confines it, if the kernel engine enforces that line for its file here.
    let line: RuleLocation?

    /// The programs along PATH.
    static func all() -> [ListedProgram] {
        let programs = PrivilegedProgram.alongPath()
        guard !programs.isEmpty, let engine = EngineState.current(), engine.holdsHere else {
            return programs.map { ListedProgram(program: $0, line: nil) }
        }
        let confined = ConfinedPrograms()
        return programs.map { program in
            let line = (try? FileStatus(of: program.path).identity).flatMap { confined.line(of: $0) }
            return ListedProgram(program: program, line: line?.isEnforced(by: engine) == true ? line?.location : nil)
        }
    }

    private enum CodingKeys: String, CodingKey { case file, capabilities, confined }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(program.path.jsonText, forKey: .file)
        try container.encode(program.capabilities.state.text().jsonText, forKey: .capabilities)
        try container.encode(line != nil, forKey: .confined)
    }
}

private struct ListedConfinement: Encodable {
    let identity: String
    let file: String
    let line: Int

    init(_ confinement: ConfinedPrincipal, _ location: RuleLocation) {
        identity = confinement.principal.jsonText
        file = location.file.jsonText
        line = location.line
    }
}
