// SPDX-License-Identifier: Apache-2.0
internal import Launch
public import Linux

/// What the engine was enabled with, kept in the kernel beside the policy, and what is known of the policy.
public struct EngineSettings: Hashable, Sendable {
    /// The cookie of the network namespace that the policy holds in; nil for all of them.
    public var network: UInt64?
    /// The control group that it holds in; nil for all of them.
    var group: TargetGroup?
    /// The numbers of the links and of the maps that are pinned, in the order of their names.
    var links: [UInt32] = [0, 0]
    var maps = [UInt32](repeating: 0, count: EngineMap.allCases.count)
    /// The policy that was applied last.
    var current: AppliedPolicy
    /// The policy that is about to take its place; left over where a change did not get to its end.
    var pending: AppliedPolicy?

    /// The first port that is not privileged.
    public var limit: Port {
        get { current.limit }
        set { current.limit = newValue }
    }
    /// How many entries the policy has.
    public var entries: UInt64 {
        get { current.entries }
        set { current.entries = newValue }
    }
    /// When the policy was applied, in seconds since 1970-01-01T00:00:00Z.
    public var applied: Int64 {
        get { current.applied }
        set { current.applied = newValue }
    }

    /// Creates settings.
    public init(network: UInt64?, limit: Port) {
        self.network = network
        current = AppliedPolicy(limit: limit)
    }

    /// The first port that everybody may bind in this network namespace, at least 1: port 0 is never asked for.
    public static func currentLimit() -> Port { limit(threshold: PortThreshold.currentOrStandard) }

    /// The same for this threshold; the last port if there is none that everybody may bind.
    static func limit(threshold: UInt32) -> Port { Port(rawValue: max(1, UInt16(clamping: threshold))) }
}

/// A policy that the kernel has, or had: its programs and what is known of it.
struct AppliedPolicy: Hashable, Sendable {
    var limit: Port
    var entries: UInt64 = 0
    var applied: Int64 = 0
    /// Whether the files had errors, so that it is not all that somebody meant.
    var hasErrors = false
    /// What the files were.
    var files = PolicyFingerprint()
    /// The numbers of the programs, for IPv4 and for IPv6.
    var programs: [UInt32] = [0, 0]
    /// The number of the map with those who are confined.
    var confined: UInt32 = 0
}

/// The control group that the policy holds in.
struct TargetGroup: Hashable, Sendable {
    /// The inode number of its directory.
    var inode: UInt64
    /// How far it is below the root of the hierarchy.
    var level: Int32
    /// Its path from there, as /proc/PID/cgroup has it.
    var name: ByteString
}
