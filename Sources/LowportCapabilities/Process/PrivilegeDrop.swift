// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// The change of a server that was started by root to an ordinary user, when it no longer needs root.
///
///     try PrivilegeDrop(user: www, group: www, keeping: [.netBindService]).perform()
public struct PrivilegeDrop: Sendable {
    /// The new user of the process; not root.
    public let user: UserID
    /// The new group of the process.
    public let group: GroupID
    /// The new supplementary groups of the process.
    public let supplementaryGroups: [GroupID]
    /// The capabilities that the process keeps, permitted and effective.
    public let kept: CapabilitySet

    /// Describes the change.
    public init(user: UserID, group: GroupID, supplementaryGroups: [GroupID] = [], keeping kept: CapabilitySet) {
        self.user = user
        self.group = group
        self.supplementaryGroups = supplementaryGroups
        self.kept = kept
    }

    /// Makes the change permanently: the process and the programs that it executes cannot regain the rights of root,
    /// except by a kept capability that is as good as root, such as CAP_SETUID, or by a program that has the rights itself.
    ///
    /// The process must not have other threads. If this method throws, the process must not go on: end it.
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
        // The result is checked instead of trusted.
        guard CurrentProcess.realUser == user, CurrentProcess.effectiveUser == user,
            try CapabilityState.ofCurrentThread() == wanted,
            (try? CurrentProcess.becomeUser(.root)) == nil || kept.contains(.setuid)
        else { throw .notPermitted }
    }
}
