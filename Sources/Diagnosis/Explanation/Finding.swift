// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What was found out about one thing that a bind depends on.
public struct Finding: Hashable, Sendable {
    /// What the finding means for the bind.
    public enum Effect: String, Hashable, Sendable {
        /// It makes the bind possible.
        case allows
        /// It does not, though it could.
        case refuses
        /// It stands in the way, whatever allows.
        case blocks
        /// It tells something that is good to know.
        case informs
    }

    /// What a finding contributes to the sentence that gives the answer.
    struct Reason: Hashable, Sendable {
        /// How much it explains, compared with what else was found.
        enum Weight: Int, Comparable, Sendable {
            /// It explains the answer if nothing else does.
            case fallback
            /// It may be what the user overlooked.
            case remote
            /// It would explain the answer.
            case possible
            /// It explains the answer in most cases.
            case likely
            /// It explains the answer unless something decisive was found.
            case strong
            /// Nothing explains the answer better.
            case decisive

            static func < (one: Weight, other: Weight) -> Bool { one.rawValue < other.rawValue }
        }

        let weight: Weight
        /// What follows `user web can bind tcp 80`, or `user web cannot bind tcp 80: `.
        let text: ByteString

        init(_ weight: Weight, _ text: ByteString) {
            self.weight = weight
            self.text = text
        }
    }

    /// What was examined.
    public let subject: Subject
    /// What it means.
    public let effect: Effect
    /// What was found, as a sentence without a full stop.
    public let text: ByteString
    /// What it contributes to the answer; nil if it never explains it.
    let reason: Reason?

    init(_ subject: Subject, _ effect: Effect, _ text: ByteString, reason: Reason? = nil) {
        self.subject = subject
        self.effect = effect
        self.text = text
        self.reason = reason
    }
}
