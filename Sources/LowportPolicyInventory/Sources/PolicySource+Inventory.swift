// SPDX-License-Identifier: Apache-2.0
package import LowportPolicy

/// Properties of a source besides its decisions. Each switch leads to the files of the source.
extension PolicySource {
    /// Everything that the source of this machine allows, for lists.
    /// - Parameters:
    ///   - now: the time that `until` is compared with.
    ///   - doubts: the entries to look for that allow nothing, or less than they seem to.
    package func inventory(at now: Timestamp, doubts: SourceInventory.Doubts) -> SourceInventory {
        switch self {
        case .rules: SourceInventory(rulesOfMachine: RuleStore.system.load(), at: now, doubts: doubts)
        case .authbind: SourceInventory(AuthbindInventory())
        }
    }

    /// Everything that the source of this machine allows, for the kernel.
    package func snapshot(_ options: SnapshotOptions = SnapshotOptions()) -> SourceSnapshot {
        switch self {
        case .rules: SourceSnapshot(rules: RuleStore.system, options)
        case .authbind: SourceSnapshot(AuthbindPermissions(.ofSystem()))
        }
    }

    /// The health of the source on this machine.
    package var health: SourceHealth {
        switch self {
        case .rules: .ofRules()
        case .authbind: .ofAuthbind()
        }
    }
}
