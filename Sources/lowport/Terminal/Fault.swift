// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// Something about the policy that somebody should know.
struct Fault {
    /// What it is, without the place.
    let message: ByteString
    /// The path of the file or folder.
    let path: ByteString
    /// The line, counted from 1; nil if all of the file is meant.
    let line: Int?
    /// Whether a whole file grants nothing because of it, or somebody besides root can grant; otherwise it is a warning.
    let isSerious: Bool

    /// `PATH:LINE: MESSAGE`.
    var text: ByteString { "\(line.map { "\(path):\($0)" } ?? path): \(message)" }

    /// Why files or folders grant nothing.
    static func grave(in contents: RuleStore.Contents) -> [Fault] {
        let refusals = contents.refusals.map { refusal in
            // The text of a refusal begins with its path.
            let message = ByteString(refusal.byteString.bytes.dropFirst(refusal.path.count + 2))
            return Fault(message: message, path: refusal.path, line: nil, isSerious: true)
        }
        return contents.files.reduce(into: refusals) { faults, file in
            faults += file.errors.map { error in
                let message = ByteString(error.byteString.bytes.dropFirst(ByteString(decimal: error.line).count + 1))
                return Fault(message: message, path: file.path, line: error.line, isSerious: true)
            }
        }
    }

    /// Why rules that are written without fault allow nothing, or less than they seem to, or nothing more than others.
    static func warnings(in contents: RuleStore.Contents, now: Timestamp) -> [Fault] {
        let rules = contents.files.flatMap(\.rules)
        let shadows = RuleShadows(rules, now: now)
        var accounts = KnownNames()
        return rules.indices.flatMap { index in
            let (rule, location) = rules[index]
            var messages = reasonsToDoubt(rule, now: now, &accounts)
            if messages.isEmpty, let other = shadows.cover(ofRule: index) {
                messages = ["allows nothing that \(other) does not allow already"]
            }
            return messages.map { Fault(message: $0, path: location.file, line: location.line, isSerious: false) }
        }
    }

    /// What there is to say about the authbind tree.
    static func all(in tree: AuthbindInventory) -> [Fault] {
        tree.concerns.map { Fault(message: $0.text, path: $0.path, line: $0.line, isSerious: $0.isUnsafe) }
    }

    private static func reasonsToDoubt(_ rule: Rule, now: Timestamp, _ accounts: inout KnownNames) -> [ByteString] {
        var reasons: [ByteString] = []
        switch rule.identity {
        case .user(let name) where !accounts.hasUser(name): reasons.append("there is no user \(name)")
        case .group(let name) where !accounts.hasGroup(name): reasons.append("there is no group \(name)")
        default: break
        }
        if rule.isExpired(at: now), let until = rule.until { reasons.append("is over since \(until)") }
        for prefix in rule.prefixes where prefix.address.isWildcard && prefix.length != 0 {
            let all: ByteString = if case .v4 = prefix.address { "0.0.0.0/0" } else { "::/0" }
            reasons.append("\"on \(prefix)\" matches no bind; for every address write \(all), or no \"on\"")
        }
        return reasons
    }
}

/// Which users and groups there are, each looked up once.
private struct KnownNames {
    private var users: [ByteString: Bool] = [:]
    private var groups: [ByteString: Bool] = [:]

    mutating func hasUser(_ name: ByteString) -> Bool {
        if let known = users[name] { return known }
        let known = Accounts.user(named: name) != nil
        users[name] = known
        return known
    }

    mutating func hasGroup(_ name: ByteString) -> Bool {
        if let known = groups[name] { return known }
        let known = Accounts.group(named: name) != nil
        groups[name] = known
        return known
    }
}
