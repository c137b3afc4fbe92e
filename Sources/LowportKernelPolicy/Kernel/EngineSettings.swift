// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
package import LowportLinux

/// The settings that the engine was enabled with, stored in the kernel beside the policy, and a description of the
/// policy.
package struct EngineSettings: Hashable, Sendable {
    /// The cookie of the network namespace in which the policy applies; nil for all namespaces.
    package var network: UInt64?
    /// The control group to which the policy applies; nil for all groups.
    var group: TargetGroup?
    /// The kernel IDs of the pinned links and maps, in the order of `EngineLinks.names` and of `EngineMap`.
    var links: [UInt32] = [0, 0]
    var maps = [UInt32](repeating: 0, count: EngineMap.allCases.count)
    /// The policy that was applied last.
    var current: AppliedPolicy
    /// The policy that is about to replace the current one; left over after an interrupted change.
    var pending: AppliedPolicy?

    /// The first unprivileged port.
    package var limit: Port {
        get { current.limit }
        set { current.limit = newValue }
    }
    /// The number of entries in the policy.
    package var entries: UInt64 {
        get { current.entries }
        set { current.entries = newValue }
    }
    /// The number of rules in the policy: lines of rules files, and files of the authbind tree; nil if unknown.
    package var rules: UInt64? { current.rules }
    /// The time at which the policy was applied, in seconds since 1970-01-01T00:00:00Z.
    package var applied: Int64 {
        get { current.applied }
        set { current.applied = newValue }
    }

    /// Creates settings for a policy that has not been applied yet.
    package init(network: UInt64?, limit: Port) {
        self.network = network
        current = AppliedPolicy(limit: limit)
    }

    /// Returns the first unprivileged port of this network namespace, at least 1: port 0 needs no permission.
    package static func currentLimit() -> Port { limit(threshold: PortThreshold.currentOrStandard) }

    /// Returns the same for `threshold`; the last port if no port is unprivileged.
    static func limit(threshold: UInt32) -> Port { Port(rawValue: max(1, UInt16(clamping: threshold))) }
}

/// A policy that is or was in the kernel: the IDs of its programs and its description.
struct AppliedPolicy: Hashable, Sendable {
    var limit: Port
    var entries: UInt64 = 0
    /// The number of rules: lines of rules files, and files of the authbind tree; nil if an earlier version counted none.
    var rules: UInt64?
    var applied: Int64 = 0
    /// Whether the files had errors, so that the policy is not all that its author intended.
    var hasErrors = false
    /// The fingerprint of the files.
    var files = PolicyFingerprint()
    /// The kernel IDs of the programs, for IPv4 and for IPv6.
    var programs: [UInt32] = [0, 0]
    /// The kernel ID of the map of confined principals.
    var confined: UInt32 = 0
}

/// The control group to which the policy applies.
struct TargetGroup: Hashable, Sendable {
    /// The inode number of its directory.
    var inode: UInt64
    /// Its depth below the root of the hierarchy.
    var level: Int32
    /// Its path from the root, as in /proc/PID/cgroup.
    var name: ByteString
}
