// SPDX-License-Identifier: Apache-2.0
public import PortPolicy

/// What is to be known of a source besides its decisions. Each leads to the files of the source.
extension PolicySource {
    /// All that the source of this machine allows, for lists.
    /// - Parameters:
    ///   - now: the time that `until` is compared with.
    ///   - withDoubts: whether to look for what allows nothing, or less than it seems, as well.
    public func inventory(at now: Timestamp, withDoubts: Bool) -> SourceInventory {
        switch self {
        case .rules: SourceInventory(rules: RuleStore.system.load(), at: now, withDoubts: withDoubts)
        case .authbind: SourceInventory(AuthbindInventory())
        }
    }

    /// All that the source of this machine allows, for the kernel.
    public func snapshot(_ options: SnapshotOptions = SnapshotOptions()) -> SourceSnapshot {
        switch self {
        case .rules: SourceSnapshot(rules: RuleStore.system, options)
        case .authbind: SourceSnapshot(AuthbindPermissions(.ofSystem()))
        }
    }

    /// Whether the source of this machine is sound.
    public var health: SourceHealth {
        switch self {
        case .rules: .ofRules()
        case .authbind: .ofAuthbind()
        }
    }
}
