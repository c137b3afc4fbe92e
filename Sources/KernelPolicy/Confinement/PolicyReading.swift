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
    public let errors: [PolicyError]
    let files: PolicyFingerprint
    let names: SystemPolicyNames
    /// The lines that confine, with those of files that have errors.
    let lines: [ConfinementRecord.Line]
    /// What was recorded when the policy was last without errors.
    let last: ConfinementStore.Found

    /// Reads the policy, once nobody is in the middle of writing it.
    /// - Parameters:
    ///   - isHeld: whether the caller holds the rules, and wrote `RuleStore.mainPath` itself if that has changed just now.
    ///   - content: what is to become of that file: it is read in its place. Nil for what it is.
    public static func ofSystem(isHeld: Bool = false, insteadOfMain content: [UInt8]? = nil) -> PolicyReading {
        let last = ConfinementStore.system.read()
        let options = SnapshotOptions(isHeld: isHeld, insteadOfMain: content)
        for _ in 0..<3 {
            let files = PolicyFingerprint.current()
            let snapshots = PolicySource.allCases.map { $0.snapshot(options) }
            guard files == PolicyFingerprint.current() else { continue }
            return PolicyReading(snapshots, files, last)
        }
        // Somebody is always at it: what was read is good, but never agrees with what is there.
        return PolicyReading(PolicySource.allCases.map { $0.snapshot(options) }, PolicyFingerprint(), last)
    }

    private init(_ snapshots: [SourceSnapshot], _ files: PolicyFingerprint, _ last: ConfinementStore.Found) {
        var snapshots = snapshots
        var errors = snapshots.flatMap(\.readErrors).map { PolicyError.refused($0) }
        for file in snapshots.flatMap(\.files) { errors += file.errors.map { .invalid(path: file.path, $0) } }
        errors += snapshots.flatMap(\.unsettled).map { .unsettled(path: $0) }
        for snapshot in snapshots {
            for file in snapshot.files where file.content.isEmpty && file.path != snapshot.draft {
                if Self.confinedSomebody(file.path, last) { errors.append(.emptied(path: file.path)) }
            }
        }

        var resolver = ConfinementResolver(record: last.record)
        resolver.enter(snapshots.flatMap(\.files))
        let lines = resolver.lines
        let names = SystemPolicyNames()
        let size = PolicySize(limit: EngineSettings.currentLimit())
        for index in snapshots.indices {
            errors += size.trim(&snapshots[index], names: names).map { .tooLarge(path: $0) }
        }
        var policy = EnforcedPolicy(snapshots)
        policy.confinement = ConfinementRecord(lines: lines).confinement
        self.policy = policy
        self.errors = errors + resolver.errors
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
