// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Whether a request is allowed, and why.
public struct Decision: Hashable, Sendable {
    /// What made it allowed.
    public struct Grant: Hashable, Sendable {
        /// The source.
        public let source: PolicySource
        /// Where it is written there.
        public let location: RuleLocation
    }

    /// What the sources said, in the order of asking. If one allows, it is the last that was asked.
    public let answers: [PolicyAnswer]

    /// The error that a refused program gets; nil if the request is allowed.
    public let refusal: Errno?

    /// What follows from the answers of the sources; those behind one that allows have no say.
    ///
    /// The error is that of the last one that has errors of its own. That a source is not there is none, if another is.
    public init(_ answers: [PolicyAnswer]) {
        var asked: [PolicyAnswer] = []
        var (isAllowed, isAnyPresent) = (false, false)
        for answer in answers where !isAllowed {
            asked.append(answer)
            isAllowed = answer.isAllowed
            if answer.isPresent { isAnyPresent = true }
        }
        self.answers = asked
        var refusal = Errno.notPermitted
        for answer in asked {
            if let error = answer.refusal { refusal = isAnyPresent && !answer.isPresent ? .notPermitted : error }
        }
        self.refusal = isAllowed ? nil : refusal
    }

    /// Whether the request is allowed.
    public var isAllowed: Bool { refusal == nil }

    /// What allows the request: of one source, and two places of it if a dual-stack bind needs them; empty if nothing does.
    public var grants: [Grant] {
        guard isAllowed, let answer = answers.last else { return [] }
        return answer.locations.map { Grant(source: answer.source, location: $0) }
    }

    /// The source that allows the request; nil if none does.
    public var source: PolicySource? { isAllowed ? answers.last?.source : nil }

    /// What `source` said; nil if it was not asked, since another allowed before.
    public func answer(of source: PolicySource) -> PolicyAnswer? { answers.first { $0.source == source } }

    /// All paths that were asked.
    public var steps: [PolicyAnswer.Step] { answers.flatMap { $0.steps } }

    /// What of a source could not be used, so that the request is refused, in the words of the program that it comes from.
    public var unusable: ByteString? {
        guard let refusal, let answer = answers.last(where: { $0.refusal != nil }) else { return nil }
        return answer.refusal == refusal ? answer.unusable : nil
    }

    /// The path that this process may not read, though the answer depends on it; nil if there is none.
    public var unreadable: ByteString? {
        guard let answer = answers.last(where: { $0.refusal != nil }), let step = answer.steps.last,
            step.access == .read, step.refusal == .permissionDenied
        else { return nil }
        return "\(answer.source.traits.directory)/\(step.path)"
    }

    /// The line that confines the one who asks to what is allowed here; nil if there is none.
    ///
    /// Under the kernel engine a refused bind then fails even with `CAP_NET_BIND_SERVICE`.
    /// The helper, which allows or refuses, has no use for it.
    public var confinement: RuleLocation? {
        for answer in answers { if let confinement = answer.confinement { return confinement } }
        return nil
    }
}
