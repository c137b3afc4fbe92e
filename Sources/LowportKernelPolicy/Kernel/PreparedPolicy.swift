// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// A policy that is completely loaded into the kernel but not in force yet.
struct PreparedPolicy: ~Copyable {
    let table: PolicyTable
    let programs: LoadedPolicy
    let confined: BpfMap
    /// The description of the policy for the settings.
    let description: AppliedPolicy
    /// Whether the kernel has the whole policy, so that no other engine is needed.
    let isComplete: Bool
    /// Whether any principal is confined.
    let confines: Bool
    /// The programs that rules name.
    let named: [NamedProgramFile]
    /// The groups that rules name, or that the authbind tree allows something.
    let groups: [KnownGroup]

    /// Loads the policy of `reading`, with `confinement` as the confined principals.
    init(
        _ reading: PolicyReading,
        confining confinement: Confinement,
        _ settings: EngineSettings,
        _ maps: borrowing EngineMaps,
        in directory: borrowing PinDirectory
    ) throws(EnforcementError) {
        var policy = reading.policy
        policy.confinement = confinement
        let limit = EngineSettings.currentLimit()
        let table = PolicyTable(policy, limit: limit, names: reading.names)
        let programs = try LoadedPolicy.loaded(table, settings, maps, in: directory)
        let confined = try ConfinedPins.map(of: confinement)
        var description = AppliedPolicy(limit: limit)
        description.entries = UInt64(table.count)
        description.rules = UInt64(Set(table.grants.map(\.location)).count)
        description.applied = WallClock.seconds
        description.hasErrors = !reading.errors.isEmpty
        description.files = reading.files
        description.programs = try programs.identifiers()
        description.confined = try attempt("look at the map of the confined") { () throws(Errno) in
            try confined.status().identifier
        }
        isComplete = policy.leftOut.isEmpty && programs.isExact && reading.errors.isEmpty
        confines = !confinement.isEmpty
        let paths = Set(policy.permissions.compactMap(\.principal.program) + policy.confinements.compactMap(\.program))
        groups = reading.names.lookedUpGroups
        named = paths.sorted().map { NamedProgramFile(path: $0, file: reading.names.program(at: $0)) }
        self.table = table
        self.programs = programs
        self.confined = confined
        self.description = description
    }

    /// Publishes that the policy is in force. Returns the steps that failed.
    func announce(_ settings: EngineSettings, group: ByteString) -> [ByteString] {
        do throws(Errno) {
            try EngineStateFile.put(
                EngineState(
                    network: settings.network,
                    cgroup: group,
                    isComplete: isComplete,
                    files: description.files,
                    programs: named,
                    groups: groups,
                    details: EngineState.Details(
                        rules: description.rules ?? 0,
                        limit: description.limit.rawValue,
                        applied: UInt64(max(0, description.applied)),
                        hasErrors: description.hasErrors,
                        confines: confines
                    )
                )
            )
            return []
        } catch {
            return ["cannot write \(EngineState.directory)/\(EngineState.name): \(error.sentence)"]
        }
    }
}

extension PolicyReading {
    /// Records the principals that the rules confine, if the rules have no errors, so that a later error cannot lift a
    /// confinement: before the change together with the previously confined principals, after the change alone. Returns
    /// the steps that failed.
    func record(isInForce: Bool) -> [ByteString] {
        guard errors.isEmpty else { return [] }
        let new = ConfinementRecord(lines: lines)
        // The record on disk is the one that was read, or the one written here since then.
        let old = ConfinementStore.system.read().record
        let record = isInForce ? new : old.map { new.union($0) } ?? new
        if let old, old.lines == record.lines { return [] }
        do throws(StateFile.StateError) {
            try ConfinementStore.system.write(record)
            return []
        } catch { return ["cannot record who is confined: \(error.text)"] }
    }
}
