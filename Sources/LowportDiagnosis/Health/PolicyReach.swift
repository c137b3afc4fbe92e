// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
package import LowportLinux

/// Whether what the policy allows reaches any program here, by trying.
package enum PolicyReach {
    /// Why the permissions of the policy have no effect for ordinary users, as a sentence; nil if they have, or if that
    /// cannot be tried.
    package static func obstacle() -> ByteString? {
        if case .holds(isComplete: true) = KernelEngineState.current(for: nil) { return nil }
        guard case .fails(.helper(let obstacle)) = BrokerTrial.ofOrdinaryUser()?.trial else { return nil }
        return obstacle.sentence
    }
}

extension BrokerTrial {
    /// The trial as the calling user or, for root, as a user who owns nothing; nil if it could not be made.
    static func ofOrdinaryUser() -> (trial: BrokerTrial, user: UserID)? {
        let isRoot = CurrentProcess.realUser == .root && Namespaces.knows(.overflow)
        let user = isRoot ? UserID.overflow : CurrentProcess.realUser
        return BrokerTrial.of(user).map { ($0, user) }
    }
}
