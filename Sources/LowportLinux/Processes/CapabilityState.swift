// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The three capability sets that a process has, and that a capability text describes (capabilities(7)).
public struct CapabilityState: Hashable, Sendable {
    /// What permission checks look at.
    public var effective: CapabilitySet
    /// What may be made effective.
    public var permitted: CapabilitySet
    /// What survives an execve(2) of a file that also has it inheritable.
    public var inheritable: CapabilitySet

    /// Creates a state; without arguments, one with nothing in it.
    public init(
        effective: CapabilitySet = [],
        permitted: CapabilitySet = [],
        inheritable: CapabilitySet = []
    ) {
        self.effective = effective
        self.permitted = permitted
        self.inheritable = inheritable
    }
}

extension CapabilityState {
    /// Whether `CAP_NET_BIND_SERVICE` is effective: it allows every port in the networks of the user namespace.
    public var canBindAllPorts: Bool { effective.contains(.netBindService) }

    /// The sets of a process.
    ///
    /// The corresponding system call is capget(2).
    /// - Parameter process: its ID; 0 is the calling thread. Throws ESRCH if there is none, EINVAL if it is negative.
    public init(ofProcess process: Int32) throws(Errno) {
        var sets = clinux_capability_sets()
        try nothingOrErrno(.getCapabilities) { unsafe clinux_capget(process, &sets) }
        self.init(
            effective: Self.join(sets.effective),
            permitted: Self.join(sets.permitted),
            inheritable: Self.join(sets.inheritable)
        )
    }

    /// The sets of the calling thread.
    public static func ofCurrentThread() throws(Errno) -> CapabilityState { try CapabilityState(ofProcess: 0) }

    /// Makes these the sets of the calling thread alone.
    ///
    /// The corresponding system call is capset(2). Throws EPERM for a permitted set beyond the current one, or an
    /// effective set beyond the permitted one.
    public func applyToCurrentThread() throws(Errno) {
        var sets = clinux_capability_sets(
            effective: Self.split(effective),
            permitted: Self.split(permitted),
            inheritable: Self.split(inheritable)
        )
        try nothingOrErrno(.setCapabilities) { unsafe clinux_capset(&sets) }
    }

    /// The kernel represents a set as two words, the lower first.
    private static func join(_ words: (UInt32, UInt32)) -> CapabilitySet {
        CapabilitySet(rawValue: UInt64(words.1) << 32 | UInt64(words.0))
    }

    private static func split(_ set: CapabilitySet) -> (UInt32, UInt32) {
        (UInt32(truncatingIfNeeded: set.rawValue), UInt32(truncatingIfNeeded: set.rawValue >> 32))
    }
}
