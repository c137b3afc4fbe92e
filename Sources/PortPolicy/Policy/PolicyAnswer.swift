// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What one source of permission said to a request, with the reasons.
///
/// It never changes. As an object it is small where it is handed on, in a program that has to be small.
public final class PolicyAnswer: Sendable {
    /// One path of the source that was asked, in the order of asking.
    public struct Step: Hashable, Sendable {
        /// What was asked of a path.
        public enum Access: Hashable, Sendable {
            /// Whether it may be executed.
            case execute
            /// What is written in it.
            case read
        }

        /// The path, below the directory of the source: `byport/80`.
        public let path: ByteString
        /// What was asked of it.
        public let access: Access
        /// What the path said: nil if it allows, otherwise the error that it answered with.
        public let refusal: Errno?
        /// The line that allows, counted from 1; nil if it is not for one line to allow.
        public let line: Int?

        /// Creates a step.
        public init(path: ByteString, _ access: Access = .execute, refusal: Errno?, line: Int? = nil) {
            self.path = path
            self.access = access
            self.refusal = refusal
            self.line = line
        }
    }

    /// Who answers.
    public let source: PolicySource
    /// Where it allows the request: in two places, if a dual-stack bind needs them; empty if it does not.
    public let locations: [RuleLocation]
    /// The paths that were asked; the last one decided. Empty for a source whose files are all read at once.
    public let steps: [Step]
    /// The error that the program gets; nil if the source allows, or has no errors of its own to report.
    public let refusal: Errno?
    /// Whether the machine has the source at all. The error of one that is not there counts only where no other is either.
    public let isPresent: Bool
    /// The line that confines the one who asks to what is allowed; nil if there is none.
    public let confinement: RuleLocation?

    /// Whether the source allows the request.
    public var isAllowed: Bool { !locations.isEmpty }

    /// Creates the answer of `source`.
    public init(
        of source: PolicySource,
        locations: [RuleLocation] = [],
        steps: [Step] = [],
        refusal: Errno? = nil,
        isPresent: Bool = true,
        confinement: RuleLocation? = nil
    ) {
        self.source = source
        self.locations = locations
        self.steps = steps
        self.refusal = refusal
        self.isPresent = isPresent
        self.confinement = confinement
    }
}

extension PolicyAnswer: Hashable {
    /// Whether both say the same.
    public static func == (left: PolicyAnswer, right: PolicyAnswer) -> Bool {
        left.source == right.source && left.locations == right.locations && left.steps == right.steps
            && left.refusal == right.refusal && left.isPresent == right.isPresent
            && left.confinement == right.confinement
    }

    /// Feeds what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(locations)
        hasher.combine(steps)
        hasher.combine(refusal)
        hasher.combine(isPresent)
        hasher.combine(confinement)
    }
}
