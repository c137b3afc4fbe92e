// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The answer to "may this program bind that port?", with everything that was examined and what would change it.
public struct Explanation: Hashable, Sendable {
    /// Whether the bind works.
    public let canBind: Bool
    /// The answer in one sentence.
    public let verdict: ByteString
    /// Everything that was examined, in the order of the subjects; what stands in the way comes last.
    public let findings: [Finding]
    /// What would make it work, the safest first; empty if it works.
    public let remedies: [Remedy]

    /// Looks at everything that the answer to `question` depends on, and changes nothing.
    public init(_ question: BindQuestion) throws(BindQuestion.ResolutionError) {
        let context = try Collector(question).context()
        self.init(context, Subject.examiners.map { $0.init(lookingAt: context) })
    }

    /// Explains what `examiners`, which have looked already, say in `context`.
    init(_ context: BindContext, _ examiners: [any Examiner]) {
        var found = Findings()
        for examiner in examiners { found.append(examiner.findings(context, after: found)) }
        canBind = found.canBind
        verdict = found.verdict(context)
        findings = found.all.filter { $0.effect != .blocks } + found.all.filter { $0.effect == .blocks }
        remedies = found.canBind ? [] : Remedy.inOrder(examiners.flatMap { $0.remedies(context, given: found) })
    }
}
