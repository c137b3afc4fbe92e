// SPDX-License-Identifier: Apache-2.0
internal import Launch
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// The policy of this machine as read at one moment, with all its errors.
public struct PolicyReading: Sendable {
    /// The policy for the kernel: rules from files without errors, and confinement from every line that could be read.
    public let policy: EnforcedPolicy
    /// Everything that is wrong with the policy; empty if the policy is what its author intended.
    public let errors: [PolicyError]
    let files: PolicyFingerprint
    let names: SystemPolicyNames
    /// The lines that confine, including those in files with errors.
    let lines: [ConfinementRecord.Line]
    /// The record from when the policy last had no errors.
    let last: ConfinementStore.Found

    /// Reads the policy once no process is writing it.
    /// - Parameters:
    ///   - isHeld: whether the caller holds the rules, and made any recent change to `RuleStore.mainPath` itself.
    ///   - content: the future content of that file, read in place of the current content; nil for the current content.
    public static func ofSystem(isHeld: Bool = false, insteadOfMain content: [UInt8]? = nil) -> PolicyReading {
        let last = ConfinementStore.system.read()
        let options = SnapshotOptions(isHeld: isHeld, insteadOfMain: content)
        for _ in 0..<3 {
            let files = PolicyFingerprint.current()
            let snapshots = PolicySource.allCases.map { $0.snapshot(options) }
            guard files == PolicyFingerprint.current() else { continue }
            return PolicyReading(snapshots, files, last)
        }
        // The files keep changing. What was read is valid, but its fingerprint must never match the files.
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

    /// Whether the file at `path` confined a user or group when the rules last had no errors, as far as is known.
    private static func confinedSomebody(_ path: ByteString, _ last: ConfinementStore.Found) -> Bool {
        switch last {
        case .usable(let record): record.lines.contains { $0.file == path }
        case .absent: false
        case .unusable: true
        }
    }
}
