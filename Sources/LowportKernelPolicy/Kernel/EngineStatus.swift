// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
package import LowportLinux

/// The policy that the kernel enforces now.
package struct EngineStatus: Sendable {
    /// The settings that the engine was enabled with, and the time when the policy was last applied.
    package let settings: EngineSettings
    /// The inode number of the control group's directory.
    package let cgroup: UInt64
    /// The path of that directory; nil if it is not to be seen from here.
    package let group: ByteString?
    /// The confined principals, and after an interrupted change possibly some that are no longer confined; nil if they
    /// cannot be read.
    package let confinement: Confinement?
    /// Whether the policy files, and the programs that rules name, are unchanged since the policy was applied.
    package let isCurrent: Bool
    /// Whether the policy was applied despite errors: it grants only what files without errors grant, and lifts no
    /// confinement.
    package let hasErrors: Bool
    /// Whether a change was interrupted, so that IPv4 and IPv6 have different policies.
    package let isHalfChanged: Bool
    /// The number of binds that a rule allowed.
    package let granted: UInt64
    /// The number of binds left to the kernel's own check, for each answer of the kernel; together all that were left.
    package let left: [KernelCheck: UInt64]
    /// The number of binds of confined processes that were refused.
    package let refused: UInt64
    /// The number of events that were lost because no process read them.
    package let dropped: UInt64
}

extension KernelEngine {
    /// Returns the status of the engine. Throws `notEnabled` if the engine is not enabled.
    package static func status() throws(EnforcementError) -> EngineStatus {
        guard let directory = try PinDirectory.open() else { throw try nothing() }
        // Avoid reading in the middle of a change, but do not wait forever for a change that never finishes.
        try? directory.lock(patience: .seconds(2))
        let engine = try opened(directory)
        if engine.isStale { throw .stale }
        let numbers = try engine.maps.readStatistics()
        func number(_ index: Int) -> UInt64 { numbers.double(at: index * 8) }
        var left: [KernelCheck: UInt64] = [:]
        for check in KernelCheck.allCases { left[check] = engine.maps.count(of: check) }
        left[.unknown] = number(Int(BindOutcome.left.rawValue))
        let policy = engine.enforced
        let state = EngineState.current()
        var settings = engine.settings
        settings.current = policy
        return EngineStatus(
            settings: settings,
            cgroup: settings.group?.inode ?? engine.root,
            group: ControlGroups.path(of: settings.group),
            confinement: try? engine.confinement(),
            isCurrent: policy.files.agrees(with: .current()) && state?.areProgramsCurrent != false
                && state?.isThresholdCurrent != false,
            hasErrors: policy.hasErrors,
            isHalfChanged: engine.inForce == .mixed,
            granted: number(Int(BindOutcome.granted.rawValue)),
            left: left,
            refused: number(Int(BindOutcome.refused.rawValue)),
            dropped: number(StatisticsLayout.dropped)
        )
    }

    /// Whether the policy files are unchanged since the kernel got the policy; also false if this cannot be determined.
    package static var isCurrent: Bool { (try? status())?.isCurrent ?? false }

    private static func opened(_ directory: consuming PinDirectory) throws(EnforcementError) -> EngineSet {
        do throws(EnforcementError) { return try EngineSet(directory) } catch {
            guard case .notEnabled = error else { throw error }
        }
        throw try nothing()
    }

    /// Returns the reason why there are no pins.
    private static func nothing() throws(EnforcementError) -> EnforcementError {
        let orphans = try Orphans.count()
        return orphans > 0 ? .orphaned(orphans) : .notEnabled
    }

    /// Returns how often each rule in `digests` (`PolicyTable.digest(of:)`) allowed a bind; no value for rules not in
    /// force.
    package static func counts(of digests: [UInt64]) throws(EnforcementError) -> [UInt64: UInt64] {
        guard let directory = try PinDirectory.open() else { throw .notEnabled }
        let maps = try EngineMaps.pinned(in: directory)
        var counts: [UInt64: UInt64] = [:]
        for digest in digests { counts[digest] = maps.count(of: digest) }
        return counts
    }
}

extension KernelEngine {
    /// Returns the cookie of this process's network namespace.
    package static func currentNetwork() throws(EnforcementError) -> UInt64 {
        try attemptSupported("tell network namespaces apart, as Linux 5.14 can") { () throws(Errno) in
            try networkNamespaceCookie()
        }
    }
}
