// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// Rules that confine a user: the kernel engine then refuses every bind that it does not know to be allowed, whatever
/// capabilities the process has.
struct ConfinementExaminer: Examiner {
    static let role = Role.circumstance

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard case .holds = context.kernel, let place = context.policy.decision.confinement,
            !found.allows(.threshold), !found.allows(.kernel)
        else { return [] }
        let text: ByteString =
            "\(place) confines \(context.user) to what the kernel knows to be allowed, even with CAP_NET_BIND_SERVICE"
        return [Finding(.confinement, .blocks, text)]
    }
}
