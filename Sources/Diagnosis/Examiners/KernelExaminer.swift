// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// The kernel engine, which lets processes bind what the policy allows without a wrapper.
struct KernelExaminer: Examiner {
    static let role = Role.delivery

    private static let outdated: ByteString = "the kernel holds the policy as it was before the files last changed"

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        if found.allows(.threshold) { return [] }
        let isAllowed = context.policy.decision.isAllowed
        let finding =
            switch context.kernel {
            case .off: Finding(.kernel, .informs, "the kernel engine is not enabled")
            case .elsewhere:
                Finding(
                    .kernel,
                    .informs,
                    "the kernel engine is enabled for another control group or network namespace"
                )
            case .outdated:
                Finding(
                    .kernel,
                    isAllowed ? .refuses : .informs,
                    Self.outdated,
                    reason: isAllowed ? .init(.decisive, "it is allowed, but \(Self.outdated)") : nil
                )
            case .holds where context.kernel.allows(context.policy.decision):
                Finding(
                    .kernel,
                    .allows,
                    "the kernel engine lets it bind the port, without a wrapper",
                    reason: .init(.decisive, ", without a wrapper")
                )
            case .holds where isAllowed:
                Finding(.kernel, .refuses, "the kernel engine does not know this part of \(source(context))")
            case .holds: Finding(.kernel, .refuses, "the kernel engine knows nothing that allows it")
            }
        return [finding]
    }

    private func source(_ context: BindContext) -> ByteString {
        context.policy.decision.source?.traits.title ?? "the policy"
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard context.kernel == .outdated, context.policy.decision.isAllowed, !findings.hasWay else { return [] }
        return [
            Remedy(
                .activate,
                "sudo lowport enforce reload",
                "brings the policy as it is now into the kernel"
            )
        ]
    }
}
