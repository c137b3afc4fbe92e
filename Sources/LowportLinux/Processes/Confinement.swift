// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// What a privileged program changes in its own process first, so that nothing inherited from its caller affects it.
package enum Confinement {
    /// Closes every descriptor from `first` on.
    ///
    /// The corresponding system call is close_range(2). Without it, before Linux 5.9 or under a filter that does not know
    /// it, each descriptor below 1,048,576 is closed by itself; what is above stays open, and nothing uses it.
    package static func closeDescriptors(from first: Int32) { clinux_close_from(UInt32(bitPattern: first)) }

    /// Blocks every signal except SIGALRM, and resets that one to its default action, termination (signal(7)).
    ///
    /// A signal to a whole process group that a program survives then does not terminate the helper that serves it.
    package static func blockSignals() {
        _ = clinux_signal_default(SIGALRM)
        clinux_block_signals_except(SIGALRM)
    }

    /// Terminates the process by SIGALRM after `seconds`, which pass even while it is stopped; 0 cancels that
    /// (alarm(2)).
    package static func limitLife(seconds: UInt32) { _ = alarm(seconds) }

    /// Terminates the process `seconds`, or a second less, from now unless `endWork` is called first, even if it was
    /// stopped. Before the first call SIGALRM always terminates the process; later only between the two calls.
    package static func beginWork(within seconds: UInt32) { clinux_begin_work(seconds) }

    /// Ends the work that `beginWork` began.
    package static func endWork() { clinux_end_work() }

    /// Kills the process by SIGKILL when its parent ends (`PR_SET_PDEATHSIG`, prctl(2)).
    package static func endWithParent() { _ = clinux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0, 0, 0) }

    /// Clears the environment and sets the file creation mask to 077 (clearenv(3), umask(2)).
    package static func resetEnvironment() {
        _ = clearenv()
        _ = umask(0o077)
    }
}

/// The capabilities that the process holds permitted and makes effective only for use (capabilities(7)).
package final class HeldCapabilities {
    private var state: CapabilityState

    /// Makes only `capability` effective; does not fail if the process does not hold it.
    package func raise(_ capability: Capability) {
        setEffective(holds(capability) ? [capability] : [])
    }

    /// Clears the effective set.
    package func lower() { setEffective([]) }

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
    package func giveUpAll() throws(Errno) {
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

    /// Gives the process the identity of the user who started it and only the privileges `kept`, permitted but not
    /// effective. The real root keeps its permitted set, which access(2) must see.
    ///
    /// The result is the same whether the program was installed with file capabilities or set-id root.
    package init(keeping kept: CapabilitySet) throws(Errno) {
        let user = CurrentProcess.realUser
        if user == .root {
            state = try .ofCurrentThread()
            return
        }
        // Only this keeps permitted capabilities when root changes to another user (prctl(2)).
        try CapabilityControls.keepPermitted(true)
        try nothingOrErrno(.setIdentity) { clinux_setresuid(user.rawValue, user.rawValue, user.rawValue) }
        state = CapabilityState(permitted: try CapabilityState.ofCurrentThread().permitted.intersection(kept))
        try state.applyToCurrentThread()
    }
}
