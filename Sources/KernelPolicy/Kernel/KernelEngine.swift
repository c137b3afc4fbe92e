// SPDX-License-Identifier: Apache-2.0
public import Linux
internal import PortPolicy

/// The policy in the kernel: enabling it, replacing it, and taking it away.
///
/// Everything lives in pins below `/sys/fs/bpf/lowport`, for root alone; nothing has to run. Whoever changes it holds the
/// lock of that directory.
public enum KernelEngine {
    /// The BPF file system.
    static let mount: ByteString = "/sys/fs/bpf"
    /// The directory of the pins.
    public static let directory: ByteString = "/sys/fs/bpf/lowport"

    /// What a change of the policy in the kernel came to.
    public struct Outcome: Sendable {
        /// The policy that was applied.
        public let reading: PolicyReading
        /// Whether the engine was enabled before.
        public let wasEnabled: Bool
        /// What could not be done beside it, a sentence each.
        public let shortfalls: [ByteString]
        /// Whether the policy holds nobody, since the control group is gone that the engine was enabled for.
        public var isStale = false
    }

    /// Whether it is enabled: whether all of it is there. Half of it, what is somebody else's in its place, and programs of
    /// ours that no pin stands for are errors.
    public static func isEnabled() throws(EnforcementError) -> Bool {
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

    // MARK: - Life

    /// Attaches a policy to the control groups, and keeps it there.
    ///
    /// If the policy has errors, it confines all whom it confined when it had none last; if that is not known, it is not enabled.
    /// - Parameters:
    ///   - cgroup: the directory of the control group whose processes are meant; nil for all.
    ///   - network: the cookie of the only network namespace that it holds in; nil for all.
    ///   - read: reads the policy; nobody else changes what the kernel enforces from then on.
    public static func enable(
        cgroup: ByteString?,
        network: UInt64?,
        _ read: () -> PolicyReading
    ) throws(EnforcementError) -> Outcome {
        let group = try ControlGroups.open(cgroup)
        let directory = try lockedDirectory()
        if try !directory.names().isEmpty {
            var engine = try EngineSet(directory)
            if engine.isStale {
                // It holds nobody.
                try engine.links.detach()
                try engine.directory.remove()
                return try enable(cgroup: cgroup, network: network, read)
            }
            let isSame = engine.settings.network == network && engine.settings.group == group.target
            if !isSame { throw .enabledOtherwise }
            return try apply(read(), to: &engine, .refused)
        }
        let reading = read()
        do throws(EnforcementError) {
            let shortfalls = try attach(reading, in: directory, to: group, network: network)
            return Outcome(reading: reading, wasEnabled: false, shortfalls: shortfalls)
        } catch {
            try? directory.remove()
            throw error
        }
    }

    /// What is done with a policy that has errors.
    public enum ErrorHandling: Sendable {
        /// It is not applied: what is enforced stays.
        case refused
        /// It is, as far as it has none, and confines all who are confined now as well: for a change that only takes away.
        case narrowed
    }

    /// Puts a policy in the place of what is enforced now, at once for each family.
    /// - Parameters:
    ///   - handling: what is done with a policy that has some.
    ///   - read: reads the policy; nobody else changes what the kernel enforces from then on.
    public static func reload(_ handling: ErrorHandling, _ read: () -> PolicyReading) throws(EnforcementError)
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
        in directory: borrowing PinDirectory,
        to group: borrowing ControlGroups.Opened,
        network: UInt64?
    ) throws(EnforcementError) -> [ByteString] {
        var confinement = reading.policy.confinement ?? Confinement()
        if !reading.errors.isEmpty {
            switch reading.last {
            case .usable(let record): confinement.formUnion(record.confinement)
            case .absent: throw .unrecorded(reading.errors, reason: nil)
            case .unusable(let reason): throw .unrecorded(reading.errors, reason: reason)
            }
        }
        guard let owner = try EngineOwner.current() else { throw .notEnabled }
        let maps = try EngineMaps.created()
        try maps.write(owner)
        var settings = EngineSettings(network: network, limit: Port(rawValue: 1))
        settings.group = group.target
        let policy = try PreparedPolicy(reading, confining: confinement, settings, maps)
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
        // What somebody kept of an engine that is gone would go on granting beside this one.
        do throws(EnforcementError) {
            try Orphans.detach(Orphans.links(of: owner, except: settings.links) ?? [])
        } catch { shortfalls.append(error.byteString) }
        return shortfalls
    }
}
