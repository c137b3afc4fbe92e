// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
package import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// The policy of this machine as read at one moment, with all its errors.
package struct PolicyReading: Sendable {
    /// The policy for the kernel: rules from files without errors, and confinement from every line that could be read.
    package let policy: EnforcedPolicy
    /// Everything that is wrong with the policy; empty if the policy is what its author intended.
    package let errors: [PolicyError]
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
    package static func ofSystem(isHeld: Bool = false, insteadOfMain content: [UInt8]? = nil) -> PolicyReading {
        let last = ConfinementStore.system.read().besideTheKernel
        let options = SnapshotOptions(isHeld: isHeld, insteadOfMain: content)
        for _ in 0..<3 {
            let files = PolicyFingerprint.current()
            let snapshots = PolicySource.allCases.map { $0.snapshot(options) }
            let missing = ConfinementLoss.missingDirectories()
            guard files == PolicyFingerprint.current() else { continue }
            return PolicyReading(snapshots, files, last, missing: missing)
        }
        // The files keep changing. What was read is valid, but its fingerprint must never match the files.
        let snapshots = PolicySource.allCases.map { $0.snapshot(options) }
        return PolicyReading(
            snapshots,
            PolicyFingerprint(),
            last,
            missing: ConfinementLoss.missingDirectories()
        )
    }

    /// Why it is unknown whom the rules confined when they last had no errors; nil if it is known.
    package var unknownPast: ByteString? {
        switch last {
        case .usable: nil
        case .absent: "\(ConfinementStore.system.path): \(Errno.noSuchFile.sentence)"
        case .unusable(let reason): reason
        }
    }

    private init(
        _ snapshots: [SourceSnapshot],
        _ files: PolicyFingerprint,
        _ last: ConfinementStore.Found,
        missing: [ByteString]
    ) {
        var snapshots = snapshots
        var errors = snapshots.flatMap(\.readErrors).map { PolicyError.refused($0) }
        for file in snapshots.flatMap(\.files) { errors += file.errors.map { .invalid(path: file.path, $0) } }
        errors += snapshots.flatMap(\.unsettled).map { .unsettled(path: $0) }
        let names = SystemPolicyNames()
        var resolver = ConfinementResolver(record: last.record, inForce: EngineSet.confinementInForce, names: names)
        resolver.enter(snapshots.flatMap(\.files))
        let lines = resolver.lines
        let loss = ConfinementLoss(since: last, lines: lines)
        for index in snapshots.indices {
            let lost = loss.errors(in: snapshots[index].files, draft: snapshots[index].draft)
            // Half of a line may allow what the whole line does not.
            snapshots[index].remove(Set(lost.map(\.path)))
            errors += lost
        }
        errors += loss.errors(ofMissing: missing)
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
}
