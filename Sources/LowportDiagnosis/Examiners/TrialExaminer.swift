// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLinux
internal import LowportPolicy

/// What came of binding the port for a moment, as the user: it corrects the answer where that follows from too little.
///
/// The trial is not made by the program, so that it does not tell what the file of the program gives.
struct TrialExaminer: Examiner {
    static let role = Role.trial

    /// The outcome; nil if it was not tried.
    var trial: BindTrial?

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard let trial, !found.isBlocked(by: .program, .boundingSet, .landlock) else { return [] }
        guard trial.error != nil else {
            // What the trial inherited, the program may lose.
            let isLost = context.process.credentials.effective.contains(.netBindService) && !context.started.canBind
            if isLost, !found.allows(.threshold), !found.allows(.kernel) { return [] }
            return [works("the bind was tried, and works")]
        }
        // What the file of the program gives it, no other one has.
        let other = ExecutedCredentials(of: nil, startedBy: context.process.credentials)
        let isOfFile = context.started.isSecure || context.started.canBind && !other.canBind
        if isOfFile, !found.allows(.threshold) { return [] }
        if trial.helped == .bound {
            guard found.canBind || context.program?.brokerReason == nil else { return [] }
            return [works("the bind was tried through the helper, and works")]
        }
        return found.canBind ? [Finding(.trial, .blocks, failure(trial))] : []
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard findings.isBlocked(by: .trial), context.process.credentials.hasSeccompFilter else { return [] }
        return [SandboxProbe.escape(context)]
    }

    private func works(_ text: ByteString) -> Finding {
        Finding(.trial, .allows, text, reason: .init(.fallback, ": \(text)"))
    }

    private func failure(_ trial: BindTrial) -> ByteString {
        switch trial.helped {
        case .failed(let error): "the bind was tried through the helper, and fails: \(error.sentence)"
        case .refused: "the helper was asked, and refuses the bind"
        case .missing: "the helper was asked, and does not answer"
        case .untried, .bound: "the bind was tried, and fails: \((trial.error ?? .permissionDenied).sentence)"
        }
    }
}

extension TrialExaminer {
    init(lookingAt context: BindContext) {
        // What tries is another program.
        if context.unit != nil || context.process.isRunning || context.process.asksHelper
            || context.policy.dependsOnProgram
        {
            return
        }
        trial = .of(context.request)
    }
}
