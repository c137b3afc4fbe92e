// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A permission source, in the order of consultation; each source may allow.
///
/// Code that covers the whole policy iterates over `allCases`. Everything specific to a source is in files of its own;
/// the switches that lead there are here and in `PolicyInventory`, where the compiler demands a new case.
package enum PolicySource: UInt8, CaseIterable, Hashable, Sendable {
    /// The rules files below /etc/lowport (lowport.rules(5)).
    case rules
    /// The files below /etc/authbind (authbind(1)).
    case authbind

    /// The properties of the source.
    package var traits: SourceTraits {
        switch self {
        case .rules: .rules
        case .authbind: .authbind
        }
    }

    /// Whether the answer may need names of users and groups to be looked up. Such sources come first: afterwards the
    /// helper gives up what the lookup of names needs.
    package var looksUpNames: Bool {
        switch self {
        case .rules: true
        case .authbind: false
        }
    }

    /// What part of the source was unusable according to `answer`, in the words of the program that the source comes
    /// from; nil if there is none.
    func unusable(in answer: PolicyAnswer) -> ByteString? {
        switch self {
        case .rules: nil
        case .authbind: answer.unusableTree
        }
    }

    /// The answer of the source to `request`.
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
