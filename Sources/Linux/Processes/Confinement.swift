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

    /// From here to `endWork`, ends the process once it has been `seconds` at it, or a second less, also if it was
    /// stopped in the meantime. Until the first time SIGALRM ends it; from then on only while it is at work.
    public static func beginWork(within seconds: UInt32) { clinux_begin_work(seconds) }

    /// What was begun is done.
    public static func endWork() { clinux_end_work() }

    /// Ends the process by SIGKILL when the one that started it has ended (`PR_SET_PDEATHSIG`, prctl(2)).
    public static func endWithParent() { _ = clinux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0, 0, 0) }

    /// Forgets the environment and sets the file creation mask to 077 (clearenv(3), umask(2)).
    public static func resetEnvironment() {
        _ = clearenv()
        _ = umask(0o077)
    }
}

/// The capabilities that the process may make effective: permitted, and not in use until then (capabilities(7)).
public final class HeldCapabilities {
    /// One of them.
    public struct Capability: Sendable {
        let bit: UInt64

        /// `CAP_DAC_READ_SEARCH`: reading files, and searching folders, whatever their permissions.
        public static var readSearch: Capability { Capability(bit: 1 << 2) }
        /// `CAP_NET_BIND_SERVICE`: binding ports below `ip_unprivileged_port_start`.
        public static var bindService: Capability { Capability(bit: 1 << 10) }
        /// `CAP_SETPCAP`: taking capabilities out of the bounding set.
        public static var setPrivileges: Capability { Capability(bit: 1 << 8) }
    }

    private var masks: CapabilityMasks

    /// Makes `capability` effective, of all held ones it alone; a process that does not hold it goes on without.
    public func raise(_ capability: Capability) { setEffective(capability.bit & masks.permitted) }

    /// Makes all ineffective again.
    public func lower() { setEffective(0) }

    /// Whether `capability` may be made effective.
    func holds(_ capability: Capability) -> Bool { masks.permitted & capability.bit != 0 }

    /// Gives `capability` up for good, and makes all others ineffective.
    func giveUp(_ capability: Capability) throws(Errno) {
        var changed = masks
        changed.permitted &= ~capability.bit
        changed.effective = 0
        try changed.apply()
        masks = changed
    }

    /// Gives up all of them for good.
    public func giveUpAll() throws(Errno) {
        masks = CapabilityMasks(effective: 0, permitted: 0, inheritable: 0)
        try masks.apply()
    }

    private func setEffective(_ bits: UInt64) {
        if masks.effective == bits { return }
        var changed = masks
        changed.effective = bits
        do throws(Errno) {
            try changed.apply()
            masks = changed
        } catch {}
    }

    /// Leaves the process with the identity of the user who started it and, of all its privileges, with `kept` alone,
    /// permitted and not effective. The real root keeps what is permitted, which access(2) has to see.
    ///
    /// Whether the program was installed with file capabilities or set-id root, this makes the same process of it.
    public init(keeping kept: [Capability]) throws(Errno) {
        let user = CurrentProcess.realUser
        if user == .root {
            masks = try CapabilityMasks(ofProcess: 0)
            return
        }
        // Permitted capabilities outlast the change from root to another user only with this (prctl(2)).
        try nothingOrErrno(.prctl) { clinux_prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) }
        try nothingOrErrno(.setIdentity) { clinux_setresuid(user.rawValue, user.rawValue, user.rawValue) }
        let permitted = try CapabilityMasks(ofProcess: 0).permitted & kept.reduce(0) { $0 | $1.bit }
        masks = CapabilityMasks(effective: 0, permitted: permitted, inheritable: 0)
        try masks.apply()
    }
}
