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
    private var state: CapabilityState

    /// Makes `capability` effective, of all held ones it alone; a process that does not hold it goes on without.
    public func raise(_ capability: Capability) {
        setEffective(holds(capability) ? [capability] : [])
    }

    /// Makes all ineffective again.
    public func lower() { setEffective([]) }

    /// Whether `capability` may be made effective.
    func holds(_ capability: Capability) -> Bool { state.permitted.contains(capability) }

    /// Gives `capability` up for good, and makes all others ineffective.
    func giveUp(_ capability: Capability) throws(Errno) {
        var changed = state
        changed.permitted.remove(capability)
        changed.effective = []
        try changed.applyToCurrentThread()
        state = changed
    }

    /// Gives up all of them for good.
    public func giveUpAll() throws(Errno) {
        state = CapabilityState()
        try state.applyToCurrentThread()
    }

    private func setEffective(_ set: CapabilitySet) {
        if state.effective == set { return }
        var changed = state
        changed.effective = set
        do throws(Errno) {
            try changed.applyToCurrentThread()
            state = changed
        } catch {}
    }

    /// Leaves the process with the identity of the user who started it and, of all its privileges, with `kept` alone,
    /// permitted and not effective. The real root keeps what is permitted, which access(2) has to see.
    ///
    /// Whether the program was installed with file capabilities or set-id root, this makes the same process of it.
    public init(keeping kept: CapabilitySet) throws(Errno) {
        let user = CurrentProcess.realUser
        if user == .root {
            state = try .ofCurrentThread()
            return
        }
        // Permitted capabilities outlast the change from root to another user only with this (prctl(2)).
        try CapabilityControls.keepPermitted(true)
        try nothingOrErrno(.setIdentity) { clinux_setresuid(user.rawValue, user.rawValue, user.rawValue) }
        state = CapabilityState(permitted: try CapabilityState.ofCurrentThread().permitted.intersection(kept))
        try state.applyToCurrentThread()
    }
}
