// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// Something about the policy that somebody should know.
struct Fault {
    /// What it is, without the place.
    let message: Message
    /// The path of the file or folder.
    let path: ByteString
    /// The line, counted from 1; nil if all of the file is meant.
    let line: Int?
    /// The byte of the line, counted from 1; nil if all of the line is meant.
    var column: Int?
    /// Whether a whole file grants nothing because of it, or somebody besides root can grant; otherwise it is a warning.
    let isSerious: Bool

    /// `PATH:LINE:COLUMN: MESSAGE`, as far as there are such numbers.
    var text: Message {
        let place = [line, column].compactMap(\.self).reduce(path) { "\($0):\($1)" }
        return "\(place): \(message)"
    }

    /// Why files or folders grant nothing.
    static func grave(in contents: RuleStore.Contents) -> [Fault] {
        let refusals = contents.refusals.map { refusal in
            // The text of a refusal begins with its path.
            let message = ByteString(refusal.byteString.bytes.dropFirst(refusal.path.count + 2))
            return Fault(message: Message(message), path: refusal.path, line: nil, isSerious: true)
        }
        return contents.files.reduce(into: refusals) { faults, file in
            faults += file.errors.map { error in
                Fault(message: error.message, path: file.path, line: error.line, column: error.column, isSerious: true)
            }
        }
    }

    /// Why rules that are written without fault allow nothing, or less than they seem to, or nothing more than others.
    static func warnings(in contents: RuleStore.Contents, now: Timestamp) -> [Fault] {
        var accounts = KnownNames()
        let rules = contents.files.flatMap(\.rules)
        let shadows = RuleShadows(rules, now: now)
        let doubts = rules.indices.flatMap { index in
            let (rule, location) = rules[index]
            var messages = reasonsToDoubt(rule, now: now, &accounts)
            if messages.isEmpty, let other = shadows.cover(ofRule: index) {
                messages = ["allows nothing that \(other) does not allow already"]
            }
            return messages.map {
                Fault(message: Message($0), path: location.file, line: location.line, isSerious: false)
            }
        }
        return doubts + confinementWarnings(contents, &accounts)
    }

    /// Why lines confine nobody, or nobody whom another line does not confine.
    private static func confinementWarnings(
        _ contents: RuleStore.Contents,
        _ accounts: inout KnownNames
    ) -> [Fault] {
        var seen: [ConfinedIdentity: RuleLocation] = [:]
        let all = contents.files.flatMap(\.confinements)
        let everyone = all.first { $0.confinement == .everyone }?.location
        return all.compactMap { confinement, location in
            var message: ByteString?
            switch confinement {
            case .user(let name) where !accounts.hasUser(name): message = accounts.absence(ofUser: name)
            case .group(let name) where !accounts.hasGroup(name): message = accounts.absence(ofGroup: name)
            case .user(let name) where Accounts.user(named: name) == .root:
                message = "confines nobody: root is confined by \"confine root\" alone"
            case .user, .group: message = everyone.map { "confines nobody whom \($0) does not confine already" }
            case .everyone, .root: break
            }
            if let first = seen[confinement] { message = "says what \(first) says already" }
            seen[confinement] = seen[confinement] ?? location
            return message.map {
                Fault(message: Message($0), path: location.file, line: location.line, isSerious: false)
            }
        }
    }

    /// What there is to say about the authbind tree.
    static func all(in tree: AuthbindInventory) -> [Fault] {
        tree.concerns.map { Fault(message: Message($0.text), path: $0.path, line: $0.line, isSerious: $0.isUnsafe) }
    }

    private static func reasonsToDoubt(_ rule: Rule, now: Timestamp, _ accounts: inout KnownNames) -> [ByteString] {
        var reasons: [ByteString] = []
        switch rule.identity {
        case .user(let name) where !accounts.hasUser(name): reasons.append(accounts.absence(ofUser: name))
        case .group(let name) where !accounts.hasGroup(name): reasons.append(accounts.absence(ofGroup: name))
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
