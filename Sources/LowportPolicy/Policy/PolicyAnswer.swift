// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The answer of one permission source to a request, with the reasons.
///
/// The answer is immutable. It is an object because a reference is small to pass, in a program that has to be small.
package final class PolicyAnswer: Sendable {
    /// One checked path of the source, in the order of the checks.
    package struct Step: Hashable, Sendable {
        /// What was checked about a path.
        package enum Access: Hashable, Sendable {
            /// Whether the path may be executed.
            case execute
            /// The content of the file.
            case read
        }

        /// The path, relative to the directory of the source: `byport/80`.
        package let path: ByteString
        /// What was checked about the path.
        package let access: Access
        /// The error that the check returned; nil if the path allows.
        package let refusal: Errno?
        /// The line that allows, counted from 1; nil if no single line allows.
        package let line: Int?

        /// Creates a step.
        package init(path: ByteString, _ access: Access = .execute, refusal: Errno?, line: Int? = nil) {
            self.path = path
            self.access = access
            self.refusal = refusal
            self.line = line
        }
    }

    /// The source that answers.
    package let source: PolicySource
    /// The locations that allow the request: two if a dual-stack bind needs them; empty if the source does not allow
    /// it.
    package let locations: [RuleLocation]
    /// The paths that were checked; the last one decided. Empty for a source whose files are all read at once.
    package let steps: [Step]
    /// The error that the program gets; nil if the source allows, or has no errors of its own to report.
    package let refusal: Errno?
    /// Whether the machine has the source at all. The error of a missing source counts only if no other source is
    /// present.
    package let isPresent: Bool
    /// The line that confines the requester to what is allowed; nil if there is none.
    package let confinement: RuleLocation?

    /// Whether the source allows the request.
    package var isAllowed: Bool { !locations.isEmpty }

    /// Creates the answer of `source`.
    package init(
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
    /// Whether both answers are equal.
    package static func == (left: PolicyAnswer, right: PolicyAnswer) -> Bool {
        left.source == right.source && left.locations == right.locations && left.steps == right.steps
            && left.refusal == right.refusal && left.isPresent == right.isPresent
            && left.confinement == right.confinement
    }

    /// Hashes the properties that `==` compares.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(locations)
        hasher.combine(steps)
        hasher.combine(refusal)
        hasher.combine(isPresent)
        hasher.combine(confinement)
    }
}
