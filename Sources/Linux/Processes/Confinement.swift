// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// What a privileged program does to its own process first, so that nothing which its starter left there has a say.
public enum Confinement {
    /// Closes every descriptor from `first` on.
    ///
    /// The corresponding system call is close_range(2).
    public static func closeDescriptors(from first: Int32) throws(Errno) {
        try nothingOrErrno(.close) { clinux_close_range(UInt32(bitPattern: first), .max, 0) }
    }

    /// Lets no signal in but SIGALRM, and lets that end the process (signal(7)).
    ///
    /// A signal to a whole process group, which a program survives, then does not end the helper that works for it.
    public static func blockSignals() {
        _ = clinux_signal_default(SIGALRM)
        clinux_block_signals_except(SIGALRM)
    }

    /// Ends the process by SIGALRM after `seconds`, also if it was stopped in the meantime; 0 lets it live (alarm(2)).
    public static func limitLife(seconds: UInt32) { _ = alarm(seconds) }

    /// Forgets the environment and sets the file creation mask to 077 (clearenv(3), umask(2)).
    public static func resetEnvironment() {
        _ = clearenv()
        _ = umask(0o077)
    }
}

/// A capability that the process may make effective: permitted, but not in use (capabilities(7)).
public struct HeldCapability: Hashable, Sendable {
    /// The bit of the capability in the masks.
    let bit: UInt64

    /// `CAP_DAC_READ_SEARCH`: reading files, and searching folders, whatever their permissions.
    public static var readSearch: HeldCapability { HeldCapability(bit: 1 << 2) }
    /// `CAP_NET_BIND_SERVICE`: binding ports below `ip_unprivileged_port_start`.
    public static var bindService: HeldCapability { HeldCapability(bit: 1 << 10) }

    /// Makes it effective, of all held ones it alone.
    public func raise() { Self.setEffective(bit) }

    /// Makes it ineffective again.
    public func lower() { Self.setEffective(0) }

    /// Makes `bits` effective, as far as they are permitted: a process that does not hold them goes on without.
    private static func setEffective(_ bits: UInt64) {
        guard var masks = try? CapabilityMasks(ofProcess: 0) else { return }
        masks.effective = bits & masks.permitted
        try? masks.apply()
    }

    /// Leaves the process with the identity of the user who started it and, of all its privileges, with `held` alone,
    /// permitted and not effective. For the real root, who has them anyway, only file capabilities are not touched.
    ///
    /// Whether the program was installed with file capabilities or set-id root, this makes the same process of it.
    public static func keepOnly(_ held: [HeldCapability]) throws(Errno) {
        let user = CurrentProcess.realUser
        if user == .root { return }
        // Permitted capabilities outlast the change from root to another user only with this (prctl(2)).
        try nothingOrErrno(.prctl) { clinux_prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) }
        try nothingOrErrno(.setIdentity) { clinux_setresuid(user.rawValue, user.rawValue, user.rawValue) }
        let kept = held.reduce(0) { $0 | $1.bit }
        let masks = try CapabilityMasks(ofProcess: 0)
        try CapabilityMasks(effective: 0, permitted: masks.permitted & kept, inheritable: 0).apply()
    }
}
