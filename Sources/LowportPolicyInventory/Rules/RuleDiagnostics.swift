// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

extension RuleStore.Contents {
    /// The errors because of which files or directories grant nothing.
    var errors: [PolicyDiagnostic] {
        let readErrors = readErrors.map { refusal in
            if refusal.isOfHiddenOwner {
                return PolicyDiagnostic(Message(refusal.hiddenOwner), path: refusal.path, .error)
            }
            // The text of a read error begins with its path.
            let message = ByteString(refusal.byteString.bytes.dropFirst(refusal.path.count + 2))
            return PolicyDiagnostic(Message(message), path: refusal.path, .error)
        }
        return files.reduce(into: readErrors) { diagnostics, file in
            diagnostics += file.errors.map { error in
                PolicyDiagnostic(error.message, path: file.path, line: error.line, column: error.column, .error)
            }
        }
    }

    /// Warnings about valid rules that allow nothing, less than they seem to, or nothing more than other rules.
    func doubts(_ wanted: SourceInventory.Doubts, at now: Timestamp) -> [PolicyDiagnostic] {
        if wanted == .none { return [] }
        var accounts = KnownNames()
        var programs = KnownPrograms()
        let rules = files.flatMap(\.rules)
        let shadows = RuleShadows(wanted == .all ? rules : [], now: now)
        let isRootConfined = files.contains { $0.confinements.contains { $0.confinement == .root } }
        let threshold = (try? PortThreshold.current) ?? PortThreshold.standard
        let doubts = rules.indices.flatMap { index in
            let (rule, location) = rules[index]
            var messages = Self.reasonsToDoubt(rule, now: now, &accounts, &programs)
            if !isRootConfined, accounts.isRoot(rule.principal.identity) {
                messages.append("allows nothing: root may bind every port already")
            }
            if rule.ports.allSatisfy({ UInt32($0.lower.rawValue) >= threshold }) {
                messages.append("allows nothing: every user may bind ports from \(threshold) on already")
            }
            if messages.isEmpty, wanted == .all, let other = shadows.cover(ofRule: index) {
                messages = ["allows nothing that \(other) does not allow already"]
            }
            return messages.map { Self.warning($0, location) }
        }
        return doubts + confinementDoubts(&accounts)
    }

    private static func warning(_ message: ByteString, _ location: RuleLocation) -> PolicyDiagnostic {
        PolicyDiagnostic(Message(message), path: location.file, line: location.line, .warning)
    }

    /// Warnings about lines that confine no process, or only processes that another line already confines.
    private func confinementDoubts(_ accounts: inout KnownNames) -> [PolicyDiagnostic] {
        var seen: [ConfinedPrincipal: RuleLocation] = [:]
        let all = files.flatMap(\.confinements)
        let everyone = all.first { $0.confinement == .everyone }?.location
        return all.compactMap { confinement, location in
            var message: ByteString?
            switch confinement {
            case .user(let name) where !accounts.hasUser(name): message = accounts.absence(ofUser: name)
            case .group(let name) where !accounts.hasGroup(name): message = accounts.absence(ofGroup: name)
            case .user(let name) where Accounts.user(named: name) == .root:
                message = "confines no process: only \"confine root\" confines root"
            case .program(let path):
                message = NamedProgram.fault(ofProgramAt: path).map { "confines no process: \(path) \($0)" }
            case .user, .group: message = everyone.map { "confines no process that \($0) does not confine already" }
            case .everyone, .root: break
            }
            if let first = seen[confinement] { message = "says what \(first) says already" }
            seen[confinement] = seen[confinement] ?? location
            return message.map { Self.warning($0, location) }
        }
    }

    private static func reasonsToDoubt(
        _ rule: Rule,
        now: Timestamp,
        _ accounts: inout KnownNames,
        _ programs: inout KnownPrograms
    ) -> [ByteString] {
        var reasons: [ByteString] = []
        if let path = rule.principal.program, let fault = programs.fault(ofProgramAt: path) {
            reasons.append("allows nothing: \(path) \(fault)")
        }
        switch rule.principal.identity {
        case .user(let name) where !accounts.hasUser(name): reasons.append(accounts.absence(ofUser: name))
        case .group(let name) where !accounts.hasGroup(name): reasons.append(accounts.absence(ofGroup: name))
        case .group(let name) where accounts.isWithoutMembers(name):
            reasons.append("group \(name) has no members: only a process that is started with the group can use it")
        default: break
        }
        if rule.isExpired(at: now), let until = rule.until { reasons.append("expired at \(until)") }
        for prefix in rule.prefixes where prefix.address.isWildcard && prefix.length != 0 {
            let all: ByteString = if case .v4 = prefix.address { "0.0.0.0/0" } else { "::/0" }
            reasons.append("\"on \(prefix)\" matches no bind; for every address write \(all), or no \"on\"")
        }
        return reasons
    }
}

/// The faults of programs, each looked for once.
private struct KnownPrograms {
    private var faults: [ByteString: ByteString?] = [:]

    mutating func fault(ofProgramAt path: ByteString) -> ByteString? {
        if let fault = faults[path] { return fault }
        let fault = NamedProgram.fault(ofProgramAt: path)
        faults[path] = .some(fault)
        return fault
    }
}

extension RuleStore.ReadError {
    /// Whether the owner is a user that the user namespace of this process does not show, and may well be root.
    package var isOfHiddenOwner: Bool {
        guard case .owner(let user) = reason else { return false }
        return Namespaces.hides(user)
    }

    /// The same as the end of a sentence.
    var hiddenOwner: ByteString {
        "its owner is not seen in this user namespace, where the rules let nobody bind anything"
    }
}
