// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

#if !hasFeature(Embedded)
    extension Decision {
        /// What one source of permission says of a request.
        public struct Reason: Hashable, Sendable, CustomStringConvertible {
            /// The name of the source: `rules`, `authbind`.
            public let source: String
            /// Whether the source allows the request.
            public let isAllowed: Bool
            /// Where the source allows it, as `FILE:LINE` or as the path of a file: two places if a dual-stack bind
            /// needs both. Paths are as they are. Empty if the source does not allow it.
            public let locations: [String]
            /// The reason as a sentence without a full stop. Nothing in it is invisible.
            public let description: String
        }

        /// What each source says, in the order in which they are asked; the first that allows is the last.
        public var reasons: [Reason] { answers.map { Reason($0) } }
    }

    extension Decision: CustomStringConvertible {
        /// `allowed by /etc/lowport/rules:3`, or `refused: ` and the reason of each source.
        public var description: String {
            if isAllowed { return reasons.last?.description ?? "allowed" }
            return "refused: " + reasons.map(\.description).joined(separator: "; ")
        }
    }

    extension Decision.Reason {
        fileprivate init(_ answer: PolicyAnswer) {
            source = answer.source.traits.name.description
            isAllowed = answer.isAllowed
            locations = answer.locations.map { $0.byteString.description }
            description = Self.sentence(answer).escaped.description
        }

        private static func sentence(_ answer: PolicyAnswer) -> ByteString {
            let traits = answer.source.traits
            if answer.isAllowed {
                return "allowed by \(ByteString(joining: answer.locations.map(\.byteString), with: " and "))"
            }
            if !answer.isPresent { return "there is no \(traits.noun)" }
            guard let step = answer.steps.last, let error = step.refusal else {
                if let error = answer.refusal { return "\(traits.directory): \(error.sentence)" }
                return "no \(traits.noun) allows it"
            }
            if error == .noSuchFile { return "no \(traits.noun) allows it" }
            return "\(traits.directory)/\(step.path): \(error.sentence)"
        }
    }

    extension RuleError: CustomStringConvertible {
        /// The text at that position, as it is; empty at the end of the line.
        public var foundText: String { found.description }

        /// `LINE:COLUMN: found "tpc", expected a protocol (tcp, udp or any); did you mean "tcp"?`
        public var description: String { asMessage.shown.description }
    }
#endif
