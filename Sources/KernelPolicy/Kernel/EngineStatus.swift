// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What the kernel enforces now.
public struct EngineStatus: Sendable {
    /// What it was enabled with, and when it was last applied.
    public let settings: EngineSettings
    /// The inode number of the control group's folder.
    public let cgroup: UInt64
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
        let links = try EngineLinks.pinned()
        let maps = try EngineMaps.pinned(in: folder)
        guard let settings = try maps.readSettings() else { throw .foreign(path: folder) }
        let numbers = try maps.readStatistics()
        func number(_ index: Int) -> UInt64 { numbers.double(at: index * 8) }
        return EngineStatus(
            settings: settings,
            cgroup: links.cgroup,
            granted: number(Int(BindOutcome.granted.rawValue)),
            left: number(Int(BindOutcome.left.rawValue)),
            refused: number(Int(BindOutcome.refused.rawValue)),
            dropped: number(StatisticsLayout.dropped)
        )
    }

    /// How often each of `digests` (`PolicyTable.digest(of:)`) allowed a bind; nothing for rules that are not enforced.
    public static func counts(of digests: [UInt64]) throws(EnforcementError) -> [UInt64: UInt64] {
        let maps = try EngineMaps.pinned(in: folder)
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
