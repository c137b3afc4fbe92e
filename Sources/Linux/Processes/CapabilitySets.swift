// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// The three capability sets of a process as capget(2) has them: bit n stands for capability n.
public struct CapabilityMasks: Hashable, Sendable {
    /// What permission checks look at.
    public var effective: UInt64
    /// What the process may make effective.
    public var permitted: UInt64
    /// What survives an execve(2) of a file that has it inheritable too.
    public var inheritable: UInt64

    /// Creates the three sets.
    public init(effective: UInt64, permitted: UInt64, inheritable: UInt64) {
        self.effective = effective
        self.permitted = permitted
        self.inheritable = inheritable
    }

    /// Whether `CAP_NET_BIND_SERVICE` is effective: then every port may be bound in the networks of the user namespace.
    public var canBindAllPorts: Bool { effective & HeldCapabilities.Capability.bindService.bit != 0 }

    /// The sets of a process.
    ///
    /// The corresponding system call is capget(2).
    /// - Parameter process: its number; 0 is the calling thread. Throws ESRCH if there is none, EINVAL if it is negative.
    public init(ofProcess process: Int32) throws(Errno) {
        var sets = clinux_capability_sets()
        try nothingOrErrno(.getCapabilities) { unsafe clinux_capget(process, &sets) }
        effective = Self.join(sets.effective)
        permitted = Self.join(sets.permitted)
        inheritable = Self.join(sets.inheritable)
    }

    /// Makes these the sets of the calling thread. Other threads keep theirs.
    ///
    /// The corresponding system call is capset(2).
    public func apply() throws(Errno) {
        var sets = clinux_capability_sets(
            effective: Self.split(effective),
            permitted: Self.split(permitted),
            inheritable: Self.split(inheritable)
        )
        try nothingOrErrno(.setCapabilities) { unsafe clinux_capset(&sets) }
    }

    private static func join(_ words: (UInt32, UInt32)) -> UInt64 { UInt64(words.1) << 32 | UInt64(words.0) }

    private static func split(_ mask: UInt64) -> (UInt32, UInt32) {
        (UInt32(truncatingIfNeeded: mask), UInt32(truncatingIfNeeded: mask >> 32))
    }
}

/// Whether the capability with the number `number` is in the calling thread's bounding set.
///
/// Throws EINVAL if the running kernel has no such capability. The corresponding system call is prctl(2) with
/// `PR_CAPBSET_READ`.
public func isInBoundingSet(capability number: UInt8) throws(Errno) -> Bool {
    try valueOrErrno(.prctl) { clinux_prctl(PR_CAPBSET_READ, UInt(number), 0, 0, 0) } == 1
}
