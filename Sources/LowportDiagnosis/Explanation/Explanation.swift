// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
public import LowportLinux

/// The answer to "may this program bind that port?", with everything that was examined and what would change the
/// answer.
public struct Explanation: Hashable, Sendable {
    /// Whether the bind works.
    public let canBind: Bool
    /// The answer in one sentence. Names in it are as they are: bytes that need be neither UTF-8 nor visible. ``description`` is
    /// for people.
    public let verdict: ByteString
    /// Everything that was examined, in the order of the subjects; findings that block the bind come last.
    public let findings: [Finding]
    /// The steps that make the bind work, in order; empty if it works. The remedies of one step are alternatives, the safest
    /// first: one of each step is enough.
    public let steps: [[Remedy]]
    /// All remedies, in the order of the steps.
    public var remedies: [Remedy] { steps.flatMap { $0 } }

    /// Examines everything that the answer to `question` depends on, and tries the bind: for a moment, the port may be
    /// taken. Nothing else is changed.
    public init(_ question: BindQuestion) throws(BindQuestion.ResolutionError) {
        if question.isOwn, let address = question.address {
            self = try Self.examined(question, on: address)
            return
        }
        let (first, second) = BindTrial.addresses(for: question.address, question.transport)
        let answer = try Self.examined(question, on: first)
        guard answer.canBind, let second else {
            self = answer
            return
        }
        let other = try Self.examined(question, on: second)
        self = other.canBind ? answer : other.adding("; on \(first), IPv4 alone, it can")
    }

    private static func examined(
        _ question: BindQuestion,
        on address: IPAddress
    ) throws(BindQuestion.ResolutionError) -> Explanation {
        var question = question
        // Of several addresses, `::` is that of a socket for both families.
        if question.address == nil { question.isDualStack = true }
        question.address = address
        let context = try Collector(question).context()
        return Explanation(context, Subject.examiners.map { $0.init(lookingAt: context) })
    }

    private func adding(_ words: ByteString) -> Explanation {
        Explanation(canBind: canBind, verdict: verdict + words, findings: findings, steps: steps)
    }

    init(canBind: Bool, verdict: ByteString, findings: [Finding], steps: [[Remedy]]) {
        self.canBind = canBind
        self.verdict = verdict
        self.findings = findings
        self.steps = steps
    }

    /// Combines the findings of `examiners`, which have already examined `context`.
    init(_ context: BindContext, _ examiners: [any Examiner]) {
        var found = Findings()
        for examiner in examiners { found.append(examiner.findings(context, after: found)) }
        canBind = found.canBind
        verdict = found.verdict(context)
        findings = found.all.filter { $0.effect != .blocks } + found.all.filter { $0.effect == .blocks }
        steps = found.canBind ? [] : Self.steps(context, examiners, found)
    }

    private static func steps(_ context: BindContext, _ examiners: [any Examiner], _ found: Findings) -> [[Remedy]] {
        var remedies = examiners.map { $0.remedies(context, given: found) }
        if let unit = context.unit, let examiner = examiners.lazy.compactMap({ $0 as? UnitExaminer }).first {
            let changes = UnitRemedies(
                unit: unit,
                context: context,
                findings: found,
                examiner: examiner,
                examiners: examiners
            )
            remedies.append(changes.all)
        }
        return Remedy.steps(of: remedies)
    }
}
