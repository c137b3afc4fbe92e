// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

/// The kernel engine, which lets processes bind what the policy allows without a wrapper.
struct KernelExaminer: Examiner {
    static let role = Role.delivery

    private var outdated: ByteString {
        if isThresholdOld { return "the first unprivileged port was another one when the kernel got the policy" }
        return replacedProgram.map {
            "\($0) was replaced since the kernel got the policy, and the kernel knows the old file"
        } ?? "the kernel holds the policy as it was before the files last changed"
    }

    /// The path of the program, if another file has it than when the kernel got the policy, whose rules name it.
    var replacedProgram: ByteString?
    /// Whether the requester is by now a member of the groups that the kernel does not know it in.
    var isNewMember = false
    /// Whether the process is in a namespace of control groups, and so has another path there than the engine knows.
    var hidesGroups = false
    /// Whether the first unprivileged port has changed since then.
    var isThresholdOld = false

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        if found.allows(.threshold) { return [] }
        let isAllowed = context.policy.decision.isAllowed
        let finding: Finding =
            switch context.kernel {
            case .off: .usual(.kernel, .informs, "the kernel engine is not enabled")
            case .elsewhere:
                Finding(
                    .kernel,
                    .informs,
                    hidesGroups
                        ? "the kernel engine is enabled; in a namespace of control groups, it cannot be seen whether for this one"
                        : "the kernel engine is enabled for another control group or network namespace"
                )
            case .outdated:
                Finding(
                    .kernel,
                    isAllowed ? .refuses : .informs,
                    outdated,
                    reason: isAllowed ? .init(.decisive, "it is allowed, but \(outdated)") : nil
                )
            case .holds where isAllowed && context.policy.isMemberUnknown:
                Finding(
                    .kernel,
                    .refuses,
                    "the kernel engine sees no supplementary groups, and knows the members of when the policy was applied"
                )
            case .holds where context.kernel.allows(context.policy.decision):
                Finding(
                    .kernel,
                    .allows,
                    "the kernel engine lets it bind the port, without a wrapper",
                    reason: .init(.decisive, ", without a wrapper")
                )
            case .holds where !context.policy.limits.isEmpty:
                Finding(.kernel, .informs, "the kernel engine leaves it to the capability of the program")
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
        guard context.kernel == .outdated || isNewMember, context.policy.decision.isAllowed, !findings.hasWay else {
            return []
        }
        return [
            Remedy(
                .deliver,
                "sudo lowport enforce reload",
                "brings the policy as it is now into the kernel"
            )
        ]
    }
}

extension KernelExaminer {
    init(lookingAt context: BindContext) {
        if context.policy.isMemberUnknown, let name = context.requester.name {
            isNewMember = Set(context.request.groups).isSubset(of: Accounts.groups(ofUser: name))
        }
        hidesGroups = Namespaces.hidesControlGroups(of: context.process.directory)
        guard context.kernel == .outdated, let state = EngineState.current() else { return }
        isThresholdOld = !state.isThresholdCurrent
        guard let path = context.program?.path else { return }
        let named = state.programs.first { $0.path == path }
        replacedProgram = named.flatMap { $0.isCurrent ? nil : $0.path }
    }
}
