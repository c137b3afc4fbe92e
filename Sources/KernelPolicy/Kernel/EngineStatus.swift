// SPDX-License-Identifier: Apache-2.0
internal import Launch
internal import Linux

/// What the kernel enforces now.
public struct EngineStatus: Sendable {
    /// What it was enabled with, and when it was last applied.
    public let settings: EngineSettings
    /// The inode number of the control group's directory.
    public let cgroup: UInt64
    /// Whether the files of the policy are as they were when it was applied.
    public let isCurrent: Bool
    /// Whether it was applied in spite of errors: it grants what files without any grant, and frees nobody.
    public let hasErrors: Bool
    /// Whether a change did not get to its end, so that IPv4 has another policy than IPv6.
    public let isHalfChanged: Bool
    /// How many binds a rule allowed.
    public let granted: UInt64
    /// How many binds were left to the kernel's own check.
    public let left: UInt64
    /// How many binds of confined processes were refused.
    public let refused: UInt64
    /// How many events were lost because nobody read them.
    public let dropped: UInt64
}

extension KernelEngine {
    /// What is enforced now. Throws `notEnabled` if nothing is.
    public static func status() throws(EnforcementError) -> EngineStatus {
        guard let directory = try PinDirectory.open() else { throw try nothing() }
        // Not in the middle of a change. Who does not come to an end keeps nobody from looking.
        try? directory.lock(patience: .seconds(2))
        let engine = try opened(directory)
        if engine.isStale { throw .stale }
        let numbers = try engine.maps.readStatistics()
        func number(_ index: Int) -> UInt64 { numbers.double(at: index * 8) }
        let policy = engine.enforced
        var settings = engine.settings
        settings.current = policy
        return EngineStatus(
            settings: settings,
            cgroup: settings.group?.inode ?? engine.root,
            isCurrent: policy.files.agrees(with: .current()),
            hasErrors: policy.hasErrors,
            isHalfChanged: engine.inForce == .mixed,
            granted: number(Int(BindOutcome.granted.rawValue)),
            left: number(Int(BindOutcome.left.rawValue)),
            refused: number(Int(BindOutcome.refused.rawValue)),
            dropped: number(StatisticsLayout.dropped)
        )
    }

    /// Whether the files of the policy are as they were when the kernel got it; false also if that cannot be told.
    public static var isCurrent: Bool { (try? status())?.isCurrent ?? false }

    private static func opened(_ directory: consuming PinDirectory) throws(EnforcementError) -> EngineSet {
        do throws(EnforcementError) { return try EngineSet(directory) } catch {
            guard case .notEnabled = error else { throw error }
        }
        throw try nothing()
    }

    /// Why there are no pins.
    private static func nothing() throws(EnforcementError) -> EnforcementError {
        let orphans = try Orphans.count()
        return orphans > 0 ? .orphaned(orphans) : .notEnabled
    }

    /// How often each of `digests` (`PolicyTable.digest(of:)`) allowed a bind; nothing for rules that are not enforced.
    public static func counts(of digests: [UInt64]) throws(EnforcementError) -> [UInt64: UInt64] {
        guard let directory = try PinDirectory.open() else { throw .notEnabled }
        let maps = try EngineMaps.pinned(in: directory)
        var counts: [UInt64: UInt64] = [:]
        for digest in digests { counts[digest] = maps.count(of: digest) }
        return counts
    }
}

extension KernelEngine {
    /// The cookie of the network namespace of this process.
    public static func currentNetwork() throws(EnforcementError) -> UInt64 {
        try attemptSupported("tell network namespaces apart") { () throws(Errno) in try networkNamespaceCookie() }
    }
}
