// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The answer to "may this program bind that port?", with everything that was examined and what would change the
/// answer.
public struct Explanation: Hashable, Sendable {
    /// Whether the bind works.
    public let canBind: Bool
    /// The answer in one sentence.
    public let verdict: ByteString
    /// Everything that was examined, in the order of the subjects; findings that block the bind come last.
    public let findings: [Finding]
    /// The remedies, the safest first; empty if the bind works.
    public let remedies: [Remedy]

    /// Examines everything that the answer to `question` depends on, without changing anything.
    public init(_ question: BindQuestion) throws(BindQuestion.ResolutionError) {
        let context = try Collector(question).context()
        self.init(context, Subject.examiners.map { $0.init(lookingAt: context) })
    }

    /// Combines the findings of `examiners`, which have already examined `context`.
    init(_ context: BindContext, _ examiners: [any Examiner]) {
        var found = Findings()
        for examiner in examiners { found.append(examiner.findings(context, after: found)) }
        canBind = found.canBind
        verdict = found.verdict(context)
        findings = found.all.filter { $0.effect != .blocks } + found.all.filter { $0.effect == .blocks }
        remedies = found.canBind ? [] : Remedy.inOrder(examiners.flatMap { $0.remedies(context, given: found) })
    }
}
