// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// A finding about one thing that a bind depends on.
public struct Finding: Hashable, Sendable {
    /// What the finding means for the bind.
    @nonexhaustive
    public enum Effect: String, Hashable, Sendable {
        /// The subject makes the bind possible.
        case allows
        /// The subject does not allow the bind, although it could.
        case refuses
        /// The subject prevents the bind, whatever allows it.
        case blocks
        /// The finding is information only.
        case informs
    }

    /// The contribution of a finding to the sentence that gives the answer.
    struct Reason: Hashable, Sendable {
        /// How well the reason explains the answer, compared with other reasons.
        enum Weight: Int, Comparable, Sendable {
            /// The reason explains the answer if no other reason does.
            case fallback
            /// The reason may be what the user overlooked.
            case remote
            /// The reason would explain the answer.
            case possible
            /// The reason explains the answer in most cases.
            case likely
            /// The reason explains the answer unless there is a decisive reason.
            case strong
            /// No reason explains the answer better.
            case decisive

            static func < (one: Weight, other: Weight) -> Bool { one.rawValue < other.rawValue }
        }

        let weight: Weight
        /// The text after `user web can bind tcp 80`, or `user web cannot bind tcp 80: `.
        let text: ByteString

        init(_ weight: Weight, _ text: ByteString) {
            self.weight = weight
            self.text = text
        }
    }

    /// The subject that was examined.
    package let subject: Subject
    /// The name of the subject: `rules`, `bounding set`. Names do not change.
    /// Documentation/reference/json.md lists them.
    public var subjectName: String { subject.name }
    /// What the finding means for the bind.
    public let effect: Effect
    /// The finding, as a sentence without a full stop. The names of users, programs and files in it are as they are: bytes that
    /// need be neither UTF-8 nor visible. ``description`` is for people.
    public let text: ByteString
    /// The contribution to the answer; nil if the finding never explains the answer.
    let reason: Reason?
    /// Whether nearly every process on nearly every machine has this finding, so that it is no news.
    package private(set) var isUsual = false

    init(_ subject: Subject, _ effect: Effect, _ text: ByteString, reason: Reason? = nil) {
        self.subject = subject
        self.effect = effect
        self.text = text
        self.reason = reason
    }

    /// Creates a finding that is no news.
    /// - Parameter isUsual: whether it is none here.
    static func usual(_ subject: Subject, _ effect: Effect, _ text: ByteString, if isUsual: Bool = true) -> Finding {
        var finding = Finding(subject, effect, text)
        finding.isUsual = isUsual
        return finding
    }
}
