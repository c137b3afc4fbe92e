// SPDX-License-Identifier: Apache-2.0
internal import Launch
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// A policy that is all made, and in the kernel, but that nobody is held to yet.
struct PreparedPolicy: ~Copyable {
    let table: PolicyTable
    let programs: LoadedPolicy
    let confined: BpfMap
    /// What is written of it.
    let description: AppliedPolicy
    /// Whether the kernel knows all of it, so that nobody else need be asked.
    let isComplete: Bool

    /// Makes the policy of `reading`, with `confinement` for those whom it confines.
    init(
        _ reading: PolicyReading,
        confining confinement: Confinement,
        _ settings: EngineSettings,
        _ maps: borrowing EngineMaps
    ) throws(EnforcementError) {
        var policy = reading.policy
        policy.confinement = confinement
        let limit = EngineSettings.currentLimit()
        let table = PolicyTable(policy, limit: limit, names: reading.names)
        let programs = try LoadedPolicy.loaded(table, settings, maps)
        let confined = try ConfinedPins.map(of: confinement)
        var description = AppliedPolicy(limit: limit)
        description.entries = UInt64(table.count)
        description.applied = WallClock.seconds
        description.hasErrors = !reading.errors.isEmpty
        description.files = reading.files
        description.programs = try programs.identifiers()
        description.confined = try attempt("look at the map of the confined") { () throws(Errno) in
            try confined.status().identifier
        }
        isComplete = policy.leftOut.isEmpty && programs.isExact && reading.errors.isEmpty
        self.table = table
        self.programs = programs
        self.confined = confined
        self.description = description
    }

    /// Tells everybody that the policy is in force. Returns what could not be done.
    func announce(_ settings: EngineSettings, group: ByteString) -> [ByteString] {
        do throws(Errno) {
            try EngineStateFile.put(
                EngineState(
                    network: settings.network,
                    cgroup: group,
                    isComplete: isComplete,
                    files: description.files
                )
            )
            return []
        } catch {
            return ["cannot write \(EngineState.directory)/\(EngineState.name): \(error.sentence)"]
        }
    }
}

extension PolicyReading {
    /// Records whom the rules confine, if they have no errors, so that none later frees anybody: before the kernel gets them,
    /// beside whom they confined before, and afterwards alone. Returns what could not be done.
    func record(isInForce: Bool) -> [ByteString] {
        guard errors.isEmpty else { return [] }
        let new = ConfinementRecord(lines: lines)
        // What is on the disk is what was read, or since then what was written here.
        let old = ConfinementStore.system.read().record
        let record = isInForce ? new : old.map { new.union($0) } ?? new
        if let old, old.lines == record.lines { return [] }
        do throws(ConfinementStore.StoreError) {
            try ConfinementStore.system.write(record)
            return []
        } catch { return ["cannot record who is confined: \(error.text)"] }
    }
}
