// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// The policy in the kernel: enabling, replacing and disabling it.
///
/// All state is in pins below `/sys/fs/bpf/lowport`, which only root can access; no process has to keep running. A
/// process that changes the state holds the lock of that directory.
package enum KernelEngine {
    static let mount: ByteString = "/sys/fs/bpf"
    /// The directory of the pins in the BPF file system.
    package static let directory: ByteString = "/sys/fs/bpf/lowport"

    /// The result of a change to the policy in the kernel.
    package struct Outcome: Sendable {
        /// The policy that was applied.
        package let reading: PolicyReading
        /// Whether the engine was enabled before.
        package let wasEnabled: Bool
        /// The steps that failed although the policy was applied, one sentence each.
        package let shortfalls: [ByteString]
        /// Whether the policy applies to no process, because the control group that the engine was enabled for is gone.
        package var isStale = false
    }

    /// Returns whether the engine is enabled and complete. Throws if only a part of it is there, if foreign objects are
    /// in its place, or if programs of Lowport are attached without a pin.
    package static func isEnabled() throws(EnforcementError) -> Bool {
        do throws(EnforcementError) {
            _ = try EngineSet.open()
            return true
        } catch {
            guard case .notEnabled = error else { throw error }
        }
        let orphans = try Orphans.count()
        if orphans > 0 { throw .orphaned(orphans) }
        return false
    }

    // MARK: - Enabling and replacing

    /// Attaches a policy to the control groups and pins it there.
    ///
    /// If the policy has errors, all principals are confined that any line names which can be read, and those that the
    /// policy confined when it last had none. If the latter are unknown (`PolicyReading.unknownPast`), the engine is
    /// enabled nevertheless: without it, no principal would be confined.
    /// - Parameters:
    ///   - cgroup: the directory of the control group to which the policy applies; nil for all processes.
    ///   - network: the cookie of the only network namespace in which the policy applies; nil for all namespaces.
    ///   - read: reads the policy; from that call on, no other process changes the policy in the kernel.
    package static func enable(
        cgroup: ByteString?,
        network: UInt64?,
        _ read: () -> PolicyReading
    ) throws(EnforcementError) -> Outcome {
        try enable(cgroup: cgroup, network: network, confinedBefore: Confinement(), read)
    }

    /// - Parameter confinedBefore: the principals that an engine confined whose control group is gone.
    private static func enable(
        cgroup: ByteString?,
        network: UInt64?,
        confinedBefore: Confinement,
        _ read: () -> PolicyReading
    ) throws(EnforcementError) -> Outcome {
        let group = try ControlGroups.open(cgroup)
        let directory = try lockedDirectory()
        if try !directory.names().isEmpty {
            var engine = try EngineSet(directory)
            if engine.isStale {
                // The old policy applies to no process, but it is known whom it confined.
                let before = (try? engine.confinement()) ?? confinedBefore
                try engine.links.detach()
                try engine.directory.remove()
                return try enable(cgroup: cgroup, network: network, confinedBefore: before, read)
            }
            let isSame = engine.settings.network == network && engine.settings.group == group.target
            if !isSame { throw .enabledOtherwise }
            return try apply(read(), to: &engine, .refused)
        }
        let reading = read()
        var confinement = reading.policy.confinement ?? Confinement()
        if !reading.errors.isEmpty {
            confinement.formUnion(confinedBefore)
            if let record = reading.last.record { confinement.formUnion(record.confinement) }
        }
        do throws(EnforcementError) {
            let shortfalls = try attach(reading, confining: confinement, in: directory, to: group, network: network)
            return Outcome(reading: reading, wasEnabled: false, shortfalls: shortfalls)
        } catch {
            try? directory.remove()
            throw error
        }
    }

    /// What to do with a policy that has errors.
    package enum ErrorHandling: Sendable {
        /// Reject the policy: the policy in force stays.
        case refused
        /// Apply the parts without errors, and keep every currently confined principal confined as well: for a change
        /// that only takes permissions away.
        case narrowed
    }

    /// Replaces the policy in force, atomically for each family.
    /// - Parameters:
    ///   - handling: what to do with a policy that has errors.
    ///   - read: reads the policy; from that call on, no other process changes the policy in the kernel.
    package static func reload(_ handling: ErrorHandling, _ read: () -> PolicyReading) throws(EnforcementError)
        -> Outcome
    {
        guard let directory = try PinDirectory.open() else { throw .notEnabled }
        try directory.lock()
        if !directory.isInPlace { throw .notEnabled }
        var engine = try EngineSet(directory)
        return try apply(read(), to: &engine, handling)
    }

    // MARK: - Steps

    private static func lockedDirectory() throws(EnforcementError) -> PinDirectory {
        for _ in 0..<16 {
            let directory = try PinDirectory.make()
            try directory.lock()
            if directory.isInPlace { return directory }
        }
        throw .busy
    }

    private static func apply(
        _ reading: PolicyReading,
        to engine: inout EngineSet,
        _ handling: ErrorHandling
    ) throws(EnforcementError) -> Outcome {
        var confinement = reading.policy.confinement ?? Confinement()
        if !reading.errors.isEmpty {
            if case .refused = handling { throw .invalidPolicy(reading.errors, applied: engine.enforced.applied) }
            confinement.formUnion(try engine.confinement())
            if let record = reading.last.record { confinement.formUnion(record.confinement) }
        }
        let shortfalls = try engine.replace(with: reading, confining: confinement)
        return Outcome(reading: reading, wasEnabled: true, shortfalls: shortfalls, isStale: engine.isStale)
    }

    private static func attach(
        _ reading: PolicyReading,
        confining confinement: Confinement,
        in directory: borrowing PinDirectory,
        to group: borrowing ControlGroups.Opened,
        network: UInt64?
    ) throws(EnforcementError) -> [ByteString] {
        guard let owner = try EngineOwner.current() else { throw .notEnabled }
        let maps = try EngineMaps.created()
        try maps.write(owner)
        var settings = EngineSettings(network: network, limit: Port(rawValue: 1))
        settings.group = group.target
        let policy = try PreparedPolicy(reading, confining: confinement, settings, maps, in: directory)
        settings.current = policy.description
        settings.maps = try maps.statuses().map(\.identifier)
        _ = reading.record(isInForce: false)
        let links = try EngineLinks.attached(policy.programs, to: group.root)
        settings.links = try links.statuses().map(\.identifier)
        try maps.write(settings)
        try maps.pin(in: directory)
        try directory.pin(policy.confined.descriptor, as: ConfinedPins.current)
        try links.pin(in: directory)
        var shortfalls = reading.record(isInForce: true)
        shortfalls += policy.announce(settings, group: group.name ?? "unknown")
        // Programs that another process kept from an earlier engine would continue to grant permissions beside this
        // one.
        do throws(EnforcementError) {
            try Orphans.detach(Orphans.links(of: owner, except: settings.links) ?? [])
        } catch { shortfalls.append(error.byteString) }
        return shortfalls
    }
}
