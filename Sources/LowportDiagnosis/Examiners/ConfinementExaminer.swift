// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux
internal import LowportPolicy

/// Rules that confine a user or a program: the kernel engine then refuses every bind that it does not know to be allowed,
/// whatever capabilities the process has.
struct ConfinementExaminer: Examiner {
    static let role = Role.circumstance

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard let place = context.policy.decision.confinement, !found.allows(.threshold), !found.allows(.kernel) else {
            return []
        }
        guard case .holds = context.kernel else { return ineffective(place, context) }
        if !context.policy.limits.isEmpty { return [] }
        let line = context.policy.rules.files.flatMap(\.confinements).first { $0.location == place }
        let whom = line?.confinement.program ?? context.user
        let text: ByteString =
            "\(place) confines \(whom) to what the kernel knows to be allowed, even with CAP_NET_BIND_SERVICE"
        return [Finding(.confinement, .blocks, text)]
    }

    /// The finding for a capability that is to be confined and is not.
    private func ineffective(_ place: RuleLocation, _ context: BindContext) -> [Finding] {
        guard case .some(let capabilities)? = context.program?.attribute,
            capabilities.permitted.contains(.netBindService)
        else { return [] }
        let state: ByteString = context.kernel == .outdated ? "does not know that yet" : "is not enabled here"
        let text: ByteString =
            "\(place) confines it, but the kernel engine \(state): the capability is for every low port"
        return [Finding(.confinement, .informs, text)]
    }
}
