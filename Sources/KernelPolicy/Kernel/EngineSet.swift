// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// All that is pinned of an engine, opened, and found to be what was loaded.
struct EngineSet: ~Copyable {
    let directory: PinDirectory
    let links: EngineLinks
    let maps: EngineMaps
    var settings: EngineSettings
    /// The programs that are attached, for IPv4 and for IPv6.
    let programs: [UInt32]
    /// The inode number of the control group that they are attached to.
    let root: UInt64
    /// Which policy they are of.
    let inForce: InForce

    /// Opens the engine. Throws `notEnabled` if there is nothing; half of it is an error.
    static func open() throws(EnforcementError) -> EngineSet {
        guard let directory = try PinDirectory.open() else { throw .notEnabled }
        return try EngineSet(directory)
    }

    /// Opens what is pinned in `directory`.
    init(_ directory: consuming PinDirectory) throws(EnforcementError) {
        let names = try directory.names()
        if names.isEmpty { throw .notEnabled }
        var missing = (EngineLinks.names + EngineMap.pins).filter { !names.contains($0) }
        if !names.contains(where: ConfinedPins.names.contains) { missing.append(ConfinedPins.current) }
        if !missing.isEmpty { throw .incomplete(missing: missing) }
        let links = try EngineLinks.pinned(in: directory)
        let maps = try EngineMaps.pinned(in: directory)
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

    /// Which policy the programs that are attached are of.
    enum InForce: Sendable {
        /// The one that was applied last.
        case current
        /// The one that was about to be applied: the change did not get to its end, but in the kernel it did.
        case next
        /// Each family has another one.
        case mixed
        /// Neither: somebody else has changed it.
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

    /// What is known of the policy in force; where each family has its own, of the older one.
    var enforced: AppliedPolicy {
        if case .next = inForce, let next = settings.pending { return next }
        return settings.current
    }

    /// Whether the control group is gone that the engine was enabled for, so that nobody is held to anything.
    var isStale: Bool { settings.group.map { ControlGroups.isGone($0) } ?? false }

    /// All who are confined, and perhaps some who are not any more.
    func confinement() throws(EnforcementError) -> Confinement {
        if try !ConfinedPins.has(settings.current.confined, in: directory) {
            let next = settings.pending?.confined ?? settings.current.confined
            if try !ConfinedPins.has(next, in: directory) { throw .foreign(path: KernelEngine.directory) }
        }
        return try ConfinedPins.read(in: directory)
    }

    /// Brings what is written of the policy into line with what is in force, after a change that did not get to its end.
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
