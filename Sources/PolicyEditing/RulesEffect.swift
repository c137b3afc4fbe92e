// SPDX-License-Identifier: Apache-2.0
public import PortPolicy

/// Which way a change of the rules goes: what has to be done if it cannot be made everywhere depends on it.
public enum RulesEffect: Hashable, Sendable {
    /// It may allow more than before, or free somebody who is confined.
    case widens
    /// It only takes away.
    case narrows

    /// What it is to put `new` in the place of `old`. What cannot be told by single rules may widen.
    public init(from old: RulesFile, to new: RulesFile) {
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
