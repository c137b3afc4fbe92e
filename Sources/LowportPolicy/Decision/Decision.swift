// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// Whether a request is allowed, and why.
public struct Decision: Hashable, Sendable {
    /// One place that allows the request.
    package struct Grant: Hashable, Sendable {
        /// The source.
        package let source: PolicySource
        /// The location in the source.
        package let location: RuleLocation
    }

    /// The answers of the sources, in the order of consultation. If a source allows, it is the last one consulted.
    package let answers: [PolicyAnswer]

    /// The error that a refused program gets; nil if the request is allowed.
    public let refusal: Errno?

    /// Creates the decision from the answers of the sources; answers after the first that allows have no effect.
    package init(_ answers: [PolicyAnswer]) {
        let count = answers.firstIndex { $0.isAllowed }.map { $0 + 1 } ?? answers.count
        self.init(asked: Array(answers[..<count]))
    }

    /// Creates the decision from the answers of the consulted sources.
    ///
    /// The error is that of the last source that reports one. A missing source is not an error if another is present.
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

    /// The locations that allow the request; empty if it is refused.
    package var locations: [RuleLocation] { answers.last?.locations ?? [] }

    /// What allows the request: locations of one source, two if a dual-stack bind needs them; empty if the request is
    /// refused.
    package var grants: [Grant] {
        guard let source else { return [] }
        return locations.map { Grant(source: source, location: $0) }
    }

    /// The source that allows the request; nil if none does.
    package var source: PolicySource? { isAllowed ? answers.last?.source : nil }

    /// The answer of `source`; nil if it was not consulted, because another source allowed the request before.
    package func answer(of source: PolicySource) -> PolicyAnswer? { answers.first { $0.source == source } }

    /// The path that was checked last; nil if no path was checked on its own.
    package var lastStep: PolicyAnswer.Step? {
        for answer in answers.reversed() { if let step = answer.steps.last { return step } }
        return nil
    }

    /// What part of a source was unusable, so that the request is refused, in the words of the program that the source
    /// comes from.
    package var unusable: ByteString? {
        for answer in answers {
            if let error = answer.refusal, error == refusal, let unusable = answer.source.unusable(in: answer) {
                return unusable
            }
        }
        return nil
    }

    /// The path that this process may not read, although the answer depends on it; nil if there is none.
    package var unreadable: ByteString? {
        guard let answer = answers.last(where: { $0.refusal != nil }), let step = answer.steps.last,
            step.access == .read, step.refusal == .permissionDenied
        else { return nil }
        return "\(answer.source.traits.directory)/\(step.path)"
    }

    /// The line that confines the requester to what is allowed here; nil if there is none.
    ///
    /// Under the kernel engine, a refused bind then fails even with `CAP_NET_BIND_SERVICE`. The helper, which only
    /// allows or refuses, does not use this property.
    package var confinement: RuleLocation? {
        for answer in answers { if let confinement = answer.confinement { return confinement } }
        return nil
    }
}
