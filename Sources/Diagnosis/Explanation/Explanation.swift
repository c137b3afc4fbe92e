// SPDX-License-Identifier: Apache-2.0
internal import BindBroker
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
        var dual = question
        (dual.address, dual.isDualStack) = (.v6(.any), true)
        let hasIPv6 = question.address == nil && BindTrial.isThere(.v6, question.transport)
        if hasIPv6, !BindTrial.isThere(.v4, question.transport) {
            self = try Self.examined(dual)
            return
        }
        let answer = try Self.examined(question)
        guard answer.canBind, hasIPv6, let other = try Self.refused(dual)
        else {
            self = answer
            return
        }
        self.init(
            canBind: false,
            verdict: "\(other.verdict); on 0.0.0.0, IPv4 alone, it can",
            findings: other.findings,
            remedies: other.remedies
        )
    }

    /// The answer to `question` if it is no.
    private static func refused(_ question: BindQuestion) throws(BindQuestion.ResolutionError) -> Explanation? {
        let answer = try examined(question)
        return answer.canBind ? nil : answer
    }

    private static func examined(_ question: BindQuestion) throws(BindQuestion.ResolutionError) -> Explanation {
        let context = try Collector(question).context()
        return Explanation(context, Subject.examiners.map { $0.init(lookingAt: context) })
    }

    private init(canBind: Bool, verdict: ByteString, findings: [Finding], remedies: [Remedy]) {
        self.canBind = canBind
        self.verdict = verdict
        self.findings = findings
        self.remedies = remedies
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
