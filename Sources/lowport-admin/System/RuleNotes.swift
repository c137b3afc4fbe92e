// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing
internal import LowportPolicyInventory

/// What may surprise a user who grants a rule: that it allows nothing that was not allowed already.
enum RuleNotes {
    /// The lines for standard error; none for an ordinary rule.
    static func about(_ rule: Rule) -> [ByteString] {
        [noteAboutRoot(rule), noteAboutThreshold(rule)].compactMap { $0 }
    }

    /// The lines for standard error about added lines that name a program in vain.
    static func aboutPrograms(of change: RulesChange) -> [ByteString] {
        change.added.flatMap { line -> [ByteString] in
            let file = RulesFile(path: "", content: line.bytes)
            let allowed = file.rules.compactMap { $0.rule.principal.program }.map { ($0, "allows nothing") }
            let confined = file.confinements.compactMap(\.confinement.program).map { ($0, "confines no process") }
            return (allowed + confined).compactMap { path, effect -> ByteString? in
                NamedProgram.fault(ofProgramAt: path).map { "warning: \(line) \(effect): \(path) \($0)" }
            }
        }
    }

    /// Root has the capability, unless a line of the rules confines root.
    private static func noteAboutRoot(_ rule: Rule) -> ByteString? {
        let user: UserID? =
            switch rule.principal {
            case .user(let name): Accounts.user(named: name)
            case .userID(let number): number
            default: nil
            }
        guard user == .root else { return nil }
        let files = RuleStore.system.load().rules.files
        if files.contains(where: { $0.confinements.contains { $0.confinement == .root } }) { return nil }
        let other = Caller.ofSudo.flatMap { $0 == .root ? nil : Accounts.name(of: $0) }
        let question: ByteString = other.map { "; did you mean \($0), who ran sudo?" } ?? "; did you mean another user?"
        return "warning: root may bind every port already, without a rule\(question)"
    }

    private static func noteAboutThreshold(_ rule: Rule) -> ByteString? {
        guard let first = try? PortThreshold.current, first <= UInt32(UInt16.max) else { return nil }
        let start = Port(rawValue: UInt16(first))
        let open = rule.ports.filter { $0.upper >= start }
            .compactMap { PortRange(max($0.lower, start), $0.upper)?.byteString }
        if open.isEmpty { return nil }
        let ports = ByteString(joining: open, with: ",")
        return "note: every user may bind \(ports) already, without a rule, as every port from \(first) on"
    }
}
