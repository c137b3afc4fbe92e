// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Who a server that was started by root becomes when it no longer needs root.
///
///     try PrivilegeDrop(user: www, group: www, keeping: [.netBindService]).perform()
public struct PrivilegeDrop: Sendable {
    /// The user that the process becomes; not root.
    public let user: UserID
    /// The group that it becomes.
    public let group: GroupID
    /// Its supplementary groups.
    public let supplementaryGroups: [GroupID]
    /// What it keeps, permitted and effective.
    public let kept: CapabilitySet

    /// Describes the change.
    public init(user: UserID, group: GroupID, supplementaryGroups: [GroupID] = [], keeping kept: CapabilitySet) {
        self.user = user
        self.group = group
        self.supplementaryGroups = supplementaryGroups
        self.kept = kept
    }

    /// Makes the change, for good: nothing that the process or what it executes does later gives it root's rights back,
    /// unless it executes a program that has them.
    ///
    /// The process must not have other threads. When this throws, the process is in no state to go on with: end it.
    public func perform() throws(ProcessCapabilitiesError) {
        try CurrentProcess.requireSingleThread()
        do { try performInCurrentThread() } catch { throw .system(error) }
    }

    private func performInCurrentThread() throws(Errno) {
        if user == .root { throw .invalidArgument }
        try CurrentProcess.setSupplementaryGroups(supplementaryGroups)
        try CurrentProcess.becomeGroup(group)
        try CapabilityControls.keepPermitted(true)
        try CurrentProcess.becomeUser(user)
        try CapabilityControls.keepPermitted(false)
        let wanted = CapabilityState(effective: kept, permitted: kept)
        try wanted.applyToCurrentThread()
        // What cannot be believed is asked for.
        guard CurrentProcess.realUser == user, CurrentProcess.effectiveUser == user,
            try CapabilityState.ofCurrentThread() == wanted,
            (try? CurrentProcess.becomeUser(.root)) == nil || kept.contains(.setuid)
        else { throw .notPermitted }
    }
}
