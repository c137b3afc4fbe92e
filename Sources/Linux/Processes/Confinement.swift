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

    /// Gives every signal its default disposition and lets none in but SIGALRM, which ends the process after `seconds`,
    /// also if it was stopped in the meantime (signal(7), alarm(2)).
    ///
    /// A signal to a whole process group, which a program survives, then does not end the helper that works for it.
    public static func limitLife(seconds: UInt32) {
        for number in 1...Int32(clinux_SIGNALS) where number != SIGKILL && number != SIGSTOP {
            // Fails for the two signals that the C library keeps for itself; they are its business.
            _ = clinux_signal_default(number)
        }
        clinux_block_signals_except(SIGALRM)
        _ = alarm(seconds)
    }

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

    /// Makes it effective; does nothing in a process that does not have it.
    public func raise() { change { $0.effective |= bit & $0.permitted } }

    /// Makes it ineffective again.
    public func lower() { change { $0.effective &= ~bit } }

    private func change(_ body: (inout CapabilityMasks) -> Void) {
        guard var masks = try? CapabilityMasks(ofProcess: 0) else { return }
        body(&masks)
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
