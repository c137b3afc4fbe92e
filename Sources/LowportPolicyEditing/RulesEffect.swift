// SPDX-License-Identifier: Apache-2.0
package import LowportPolicy

/// The direction of a change of the rules, which decides what to do if the change cannot be made everywhere.
package enum RulesEffect: Hashable, Sendable {
    /// The change may allow more than before, or free a confined principal.
    case widens
    /// The change only takes permissions away.
    case narrows

    /// The effect of replacing `old` by `new`. A change that cannot be classified rule by rule counts as widening.
    package init(from old: RulesFile, to new: RulesFile) {
        let before = old.isValid ? old.rules.map(\.rule) : []
        let known = Set(before)
        let allowsMore = new.rules.contains { rule, _ in
            !known.contains(rule) && !before.contains { $0.covers(rule) }
        }
        let confined = Set(new.confinements.map(\.confinement))
        let frees = old.confinements.contains { !confined.contains($0.confinement) }
        self = allowsMore || frees ? .widens : .narrows
    }
}
