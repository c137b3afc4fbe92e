// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// A source of permission, in the order in which they are asked; each of them may allow.
///
/// Who goes over the policy goes over `allCases`. What is particular to a source stands in files of its own, and the switches
/// that lead there are here and in `PolicyInventory`, where the compiler asks for a new one.
public enum PolicySource: UInt8, CaseIterable, Hashable, Sendable {
    /// The rules files below /etc/lowport (lowport.rules(5)).
    case rules
    /// The files below /etc/authbind (authbind(1)).
    case authbind

    /// What is to be known of the source.
    public var traits: SourceTraits {
        switch self {
        case .rules: .rules
        case .authbind: .authbind
        }
    }

    /// Whether names of users and groups may have to be looked up for its answer. Those sources come first: afterwards the
    /// helper gives up what looking up names takes.
    package var looksUpNames: Bool {
        switch self {
        case .rules: true
        case .authbind: false
        }
    }

    /// What of the source could not be used, by its `answer`, in the words of the program that it comes from; nil if nothing.
    func unusable(in answer: PolicyAnswer) -> ByteString? {
        switch self {
        case .rules: nil
        case .authbind: answer.unusableTree
        }
    }

    /// What the source says to `request`.
    func answer(
        to request: BindRequest,
        in context: DecisionContext<some NameResolver, some ReadPrivilege>,
        _ policy: Policy
    ) -> PolicyAnswer {
        switch self {
        case .rules: policy.answerOfRules(to: request, in: context)
        case .authbind: policy.answerOfTree(to: request, context.privilege)
        }
    }
}
