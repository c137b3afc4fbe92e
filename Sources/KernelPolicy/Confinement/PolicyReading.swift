// SPDX-License-Identifier: Apache-2.0
internal import Launch
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// The policy of this machine as it was read at one moment, with all that is wrong with it.
public struct PolicyReading: Sendable {
    /// What the kernel is to know: the rules of the files without errors, and whom all lines confine that could be read.
    public let policy: EnforcedPolicy
    /// What is wrong; empty if the policy is what somebody meant it to be.
    public let faults: [PolicyFault]
    let files: PolicyFingerprint
    let names: SystemPolicyNames
    /// The lines that confine, with those of files that have faults.
    let lines: [ConfinementRecord.Line]
    /// What was recorded when the policy was last without errors.
    let last: ConfinementStore.Found

    /// Reads the policy, once nobody is in the middle of writing it.
    /// - Parameters:
    ///   - isHeld: whether the caller holds the rules, and wrote `RuleStore.mainPath` itself if that has changed just now.
    ///   - content: what is to become of that file: it is read in its place. Nil for what it is.
    public static func ofSystem(isHeld: Bool = false, insteadOfMain content: [UInt8]? = nil) -> PolicyReading {
        let last = ConfinementStore.system.read()
        for _ in 0..<3 {
            let files = PolicyFingerprint.current()
            let snapshot = RuleStore.system.settled(isHeld: isHeld)
            let tree = AuthbindSnapshot.ofSystem()
            guard files == PolicyFingerprint.current() else { continue }
            return PolicyReading(snapshot, tree, files, last, insteadOfMain: content)
        }
        // Somebody is always at it: what was read is good, but never agrees with what is there.
        let snapshot = RuleStore.system.settled(isHeld: isHeld)
        return PolicyReading(snapshot, .ofSystem(), PolicyFingerprint(), last, insteadOfMain: content)
    }

    private init(
        _ snapshot: RulesSnapshot,
        _ tree: AuthbindSnapshot,
        _ files: PolicyFingerprint,
        _ last: ConfinementStore.Found,
        insteadOfMain content: [UInt8]?
    ) {
        var contents = snapshot.contents
        if let content {
            contents.files.removeAll { $0.path == RuleStore.mainPath }
            contents.files.insert(RulesFile(path: RuleStore.mainPath, content: content), at: 0)
        }
        var faults = contents.refusals.map { PolicyFault.refused($0) }
        faults += contents.files.flatMap { file in file.errors.map { .invalid(path: file.path, $0) } }
        faults += snapshot.unsettled.map { .unsettled(path: $0) }
        faults += contents.files.filter { file in
            let isMeant = content != nil && file.path == RuleStore.mainPath
            return file.content.isEmpty && !isMeant && Self.confinedSomebody(file.path, last)
        }.map { .emptied(path: $0.path) }

        var resolver = ConfinementResolver(record: last.record)
        resolver.enter(contents.files)
        let lines = resolver.lines
        let names = SystemPolicyNames()
        let size = PolicySize(limit: EngineSettings.currentLimit())
        // Half of a line may allow what the whole line does not.
        let whole = contents.files.filter { !snapshot.unsettled.contains($0.path) }
        let (admitted, tooLarge) = size.divide(whole, names: names)
        faults += tooLarge.map { .tooLarge(path: $0.path) }
        var permissions = AuthbindPermissions(tree)
        size.trim(&permissions)
        var policy = EnforcedPolicy(rules: RuleSet(admitted), authbind: permissions)
        policy.confinement = ConfinementRecord(lines: lines).confinement
        self.policy = policy
        self.faults = faults + resolver.faults
        self.files = files
        self.names = names
        self.lines = lines
        self.last = last
    }

    /// Whether a file did when the rules were last without errors, as far as anybody knows.
    private static func confinedSomebody(_ path: ByteString, _ last: ConfinementStore.Found) -> Bool {
        switch last {
        case .usable(let record): record.lines.contains { $0.file == path }
        case .absent: false
        case .unusable: true
        }
    }
}
