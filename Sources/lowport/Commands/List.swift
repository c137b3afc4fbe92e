// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// `lowport list`.
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show who may bind what.",
        discussion: """
            Every rule in force, and where it is written. Files that grant nothing, because of a fault or because others
            may write to them, are named on standard error.

            EXAMPLES
              lowport list
              lowport list --port 80
              lowport list --user web --json
            """
    )

    @Option(
        help: "Only rules that name this user, or everyone.",
        completion: .shellCommand("getent passwd | cut -d: -f1")
    )
    var user: String?

    @Option(help: "Only rules for one of these ports.")
    var port: PortList?

    @Flag(help: "Write JSON (schema lowport.list/1).")
    var json = false

    func run() throws {
        let contents = RuleStore.system.load()
        let now = Timestamp(rawValue: WallClock.seconds)
        let shown = contents.rules.files.flatMap(\.rules).filter { isWanted($0.rule) }
        if json {
            try sayJSON(ListAnswer(rules: shown.map { ListedRule($0.rule, $0.location, now: now) }))
        } else {
            try show(shown, now: now)
        }
        for fault in Fault.all(in: contents, now: now) where fault.isSerious { note("lowport: \(fault.text)") }
    }

    private func isWanted(_ rule: Rule) -> Bool {
        if let port, !rule.ports.contains(where: { kept in port.ranges.contains { kept.overlaps($0) } }) {
            return false
        }
        guard let user else { return true }
        let name = ByteString(user)
        switch rule.identity {
        case .everyone: return true
        case .user(let other): return other == name
        case .userID(let number): return Accounts.user(named: name) == number
        case .group, .groupID: return Accounts.groups(ofUser: name).contains { isGroup($0, in: rule.identity) }
        }
    }

    private func isGroup(_ group: GroupID, in identity: Identity) -> Bool {
        switch identity {
        case .group(let name): Accounts.group(named: name) == group
        case .groupID(let number): number == group
        default: false
        }
    }

    private func show(_ rules: [(rule: Rule, location: RuleLocation)], now: Timestamp) throws {
        if rules.isEmpty { return try say("no rules allow anything") }
        var table = Table(headings: ["WHO", "PROTOCOL", "PORTS", "ADDRESSES", "UNTIL", "WRITTEN IN"])
        for (rule, location) in rules {
            let until: ByteString = rule.until.map { "\($0)\(rule.isExpired(at: now) ? " (over)" : "")" } ?? "-"
            table.append([
                rule.identity.byteString, rule.transports.byteString, rule.portsText,
                rule.prefixes.isEmpty ? "all" : rule.prefixesText, until, location.byteString,
            ])
        }
        for line in table.lines { try say(line) }
    }
}

/// The answer in JSON.
private struct ListAnswer: Encodable {
    let schema = "lowport.list/1"
    let rules: [ListedRule]
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

    init(_ rule: Rule, _ location: RuleLocation, now: Timestamp) {
        identity = rule.identity.byteString.description
        transport = rule.transports.byteString.description
        ports = rule.ports.map(\.byteString.description)
        addresses = rule.prefixes.map(\.byteString.description)
        until = rule.until?.byteString.description
        expired = rule.isExpired(at: now)
        file = location.file.description
        line = location.line
        self.rule = rule.byteString.description
    }

    private enum CodingKeys: String, CodingKey {
        case identity, ports, addresses, until, expired, file, line, rule
        case transport = "protocol"
    }
}
