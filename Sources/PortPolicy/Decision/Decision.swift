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
    public init(_ answers: [PolicyAnswer]) {
        let count = answers.firstIndex { $0.isAllowed }.map { $0 + 1 } ?? answers.count
        self.init(asked: Array(answers[..<count]))
    }

    /// What follows from the answers of the sources that were asked.
    ///
    /// The error is that of the last one that has errors of its own. That a source is not there is none, if another is.
    init(asked answers: [PolicyAnswer]) {
        self.answers = answers
        var refusal: Errno? = .notPermitted
        var (isAnyPresent, isOfAbsent) = (false, false)
        for answer in answers {
            if answer.isAllowed {
                self.refusal = nil
                return
            }
            if answer.isPresent { isAnyPresent = true }
            if let error = answer.refusal {
                refusal = error
                isOfAbsent = !answer.isPresent
            }
        }
        self.refusal = isAnyPresent && isOfAbsent ? .notPermitted : refusal
    }

    /// Whether the request is allowed.
    public var isAllowed: Bool { refusal == nil }

    /// Where it is written that the request is allowed; empty if it is not.
    public var locations: [RuleLocation] { answers.last?.locations ?? [] }

    /// What allows the request: of one source, and two places of it if a dual-stack bind needs them; empty if nothing does.
    public var grants: [Grant] {
        guard let source else { return [] }
        return locations.map { Grant(source: source, location: $0) }
    }

    /// The source that allows the request; nil if none does.
    public var source: PolicySource? { isAllowed ? answers.last?.source : nil }

    /// What `source` said; nil if it was not asked, since another allowed before.
    public func answer(of source: PolicySource) -> PolicyAnswer? { answers.first { $0.source == source } }

    /// The path that was asked last; nil if none was asked by itself.
    public var lastStep: PolicyAnswer.Step? {
        for answer in answers.reversed() { if let step = answer.steps.last { return step } }
        return nil
    }

    /// What of a source could not be used, so that the request is refused, in the words of the program that it comes from.
    public var unusable: ByteString? {
        for answer in answers {
            if let error = answer.refusal, error == refusal, let unusable = answer.source.unusable(in: answer) {
                return unusable
            }
        }
        return nil
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
