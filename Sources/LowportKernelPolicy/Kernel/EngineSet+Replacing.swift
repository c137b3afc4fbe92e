// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

extension EngineSet {
    /// Replaces the policy in force with the policy of `reading`, with `confinement` as the confined principals.
    ///
    /// If the process is killed during the change, each family has the old policy or the new one, and the pinned maps
    /// contain every principal that either policy confines. Returns the steps that failed after the change.
    mutating func replace(
        with reading: PolicyReading,
        confining confinement: Confinement
    ) throws(EnforcementError) -> [ByteString] {
        try settle()
        let policy = try PreparedPolicy(reading, confining: confinement, settings, maps, in: directory)
        _ = reading.record(isInForce: false)
        try directory.pin(policy.confined.descriptor, as: ConfinedPins.next)
        settings.pending = policy.description
        do throws(EnforcementError) { try maps.write(settings) } catch {
            try? directory.unpin(ConfinedPins.next)
            throw error
        }
        switch links.replace(with: policy.programs) {
        case .done: break
        case .half(let error): throw .failed("replace the policy for IPv6; for IPv4 it is replaced", error)
        case .undone(let error):
            settings.pending = nil
            try maps.write(settings)
            try directory.unpin(ConfinedPins.next)
            throw .failed("replace the policy", error)
        }
        // From here on, the new policy is in force.
        var shortfalls: [ByteString] = []
        do throws(EnforcementError) {
            settings.current = policy.description
            settings.pending = nil
            try maps.write(settings)
            try directory.rename(ConfinedPins.next, to: ConfinedPins.current)
            // A leftover counter does no harm.
            try maps.releaseCounters(except: Set(policy.table.grants.map(\.digest)))
        } catch { shortfalls.append(error.byteString) }
        shortfalls += reading.record(isInForce: true)
        shortfalls += policy.announce(settings, group: settings.group?.name ?? "/")
        return shortfalls
    }
}
