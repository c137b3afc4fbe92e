// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// Rules that confine a user or a program: the kernel engine then refuses every bind that it does not know to be allowed, whatever
/// capabilities the process has.
struct ConfinementExaminer: Examiner {
    static let role = Role.circumstance

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard case .holds = context.kernel, let place = context.policy.decision.confinement,
            !found.allows(.threshold), !found.allows(.kernel)
        else { return [] }
        let line = context.policy.rules.files.flatMap(\.confinements).first { $0.location == place }
        let whom = line?.confinement.program ?? context.user
        let text: ByteString =
            "\(place) confines \(whom) to what the kernel knows to be allowed, even with CAP_NET_BIND_SERVICE"
        return [Finding(.confinement, .blocks, text)]
    }
}
