// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

extension Explanation {
    /// Examines `question` for a program that was refused the bind just now: its remedies are what is still missing,
    /// also if only the way in which the program was started is. Without an address, it is about 0.0.0.0.
    package init(ofRefused question: BindQuestion) throws(BindQuestion.ResolutionError) {
        let context = try Collector(question).context()
        let examiners = Subject.examiners.map { $0.init(lookingAt: context) }
        let explanation = Explanation(context, examiners)
        var found = Findings()
        for examiner in examiners { found.append(examiner.findings(context, after: found)) }
        // A remedy of the policy is not needed for a bind that works; the program has to be started so that it does.
        let start = examiners.filter { type(of: $0).role == .delivery }
        let steps =
            found.canBind
            ? Remedy.steps(of: start.map { $0.remedies(context, given: found) }) : explanation.steps
        // The program that asks is the parent of this process, and not what started it, as for other questions.
        let isReached = context.process.isUnderBroker || ProcessDelivery.hasLibrary(CurrentProcess.parent)
        let again = context.run()
        let missing = steps.map { step in
            step.filter { !(isReached && $0.step == .deliver && $0.command == again) }
        }
        self.init(
            canBind: explanation.canBind,
            verdict: explanation.verdict,
            findings: explanation.findings,
            steps: ([Self.lookingAtRules(context, found)] + missing).filter { !$0.isEmpty }
        )
    }

    /// The look at the rules if the permission may be missing because some of them do not count.
    private static func lookingAtRules(_ context: BindContext, _ found: Findings) -> [Remedy] {
        let isInTheWay = context.policy.ignoredFiles.contains {
            $0.wouldAllow != false || $0.path == RuleStore.mainPath
        }
        guard found.needsPermission, isInTheWay else { return [] }
        return [Remedy(.permit, "lowport check", "shows which rules do not count, and why")]
    }
}
