// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// All pinned objects of an engine, opened and verified to be the ones that were loaded.
struct EngineSet: ~Copyable {
    let directory: PinDirectory
    let links: EngineLinks
    let maps: EngineMaps
    var settings: EngineSettings
    /// The kernel IDs of the attached programs, for IPv4 and for IPv6.
    let programs: [UInt32]
    /// The inode number of the control group that the programs are attached to.
    let root: UInt64
    let inForce: InForce

    /// Opens the engine. Throws `notEnabled` if nothing is pinned; an incomplete set of pins is an error.
    static func open() throws(EnforcementError) -> EngineSet {
        guard let directory = try PinDirectory.open() else { throw .notEnabled }
        return try EngineSet(directory)
    }

    /// Opens the objects that are pinned in `directory`.
    init(_ directory: consuming PinDirectory) throws(EnforcementError) {
        let names = try directory.names()
        if names.isEmpty { throw .notEnabled }
        var missing = (EngineLinks.names + EngineMap.pins).filter { !names.contains($0) }
        if !names.contains(where: ConfinedPins.names.contains) { missing.append(ConfinedPins.current) }
        if !missing.isEmpty { throw .incomplete(missing: missing) }
        let links = try EngineLinks.pinned(in: directory)
        let maps = try EngineMaps.pinned(in: directory)
        // Another record of the confined is an error only for who needs it.
        if let confined = try? ConfinedPins.read(in: directory), !confined.programs.isEmpty {
            let untracked = OriginTracker.pins.filter { !names.contains($0) }
            if !untracked.isEmpty { throw .incomplete(missing: untracked) }
        }
        let settings = try maps.readSettings()
        try maps.check(settings.maps)
        let attached = try links.check(settings.links)
        let inForce = Self.policy(of: attached.map(\.program), settings)
        if inForce == .unknown { throw .foreign(path: KernelEngine.directory) }
        programs = attached.map(\.program)
        root = attached[0].cgroup
        self.inForce = inForce
        self.directory = directory
        self.links = links
        self.maps = maps
        self.settings = settings
    }

    /// The policy that the attached programs belong to.
    enum InForce: Sendable {
        /// The policy that was applied last.
        case current
        /// The pending policy: the change was interrupted after the programs had been replaced.
        case next
        /// Each family has a different policy.
        case mixed
        /// Neither policy: another process has replaced the programs.
        case unknown
    }

    private static func policy(of programs: [UInt32], _ settings: EngineSettings) -> InForce {
        let known = settings.current.programs
        if programs == known { return .current }
        guard let next = settings.pending?.programs else { return .unknown }
        if programs == next { return .next }
        let areKnown = programs.indices.allSatisfy { programs[$0] == known[$0] || programs[$0] == next[$0] }
        return areKnown ? .mixed : .unknown
    }

    /// The description of the policy in force; of the older policy if the families differ.
    var enforced: AppliedPolicy {
        if case .next = inForce, let next = settings.pending { return next }
        return settings.current
    }

    /// Whether the control group that the engine was enabled for is gone, so that the policy applies to no process.
    var isStale: Bool { settings.group.map { ControlGroups.isGone($0) } ?? false }

    /// Returns all confined principals, and possibly some that are no longer confined.
    func confinement() throws(EnforcementError) -> Confinement {
        if try !ConfinedPins.has(settings.current.confined, in: directory) {
            let next = settings.pending?.confined ?? settings.current.confined
            if try !ConfinedPins.has(next, in: directory) { throw .foreign(path: KernelEngine.directory) }
        }
        return try ConfinedPins.read(in: directory)
    }

    /// What the kernel confines; nil if the engine is not enabled, or cannot be read.
    static var confinementInForce: Confinement? {
        guard let engine = try? open() else { return nil }
        return try? engine.confinement()
    }

    /// Updates the settings and the pins to match the policy in force, after an interrupted change.
    mutating func settle() throws(EnforcementError) {
        let hasNext = try directory.names().contains(ConfinedPins.next)
        if settings.pending == nil && !hasNext { return }
        switch (inForce, settings.pending) {
        case (.next, let next?):
            if hasNext { try directory.rename(ConfinedPins.next, to: ConfinedPins.current) }
            settings.current = next
        case (.mixed, _):
            settings.current.programs = programs
            settings.current.confined = try ConfinedPins.unite(in: directory)
        default:
            let next = hasNext ? try ConfinedPins.identifier(of: ConfinedPins.next, in: directory) : 0
            if hasNext && next == settings.current.confined {
                try directory.rename(ConfinedPins.next, to: ConfinedPins.current)
            } else {
                try directory.unpin(ConfinedPins.next)
            }
        }
        settings.pending = nil
        try maps.write(settings)
    }
}
