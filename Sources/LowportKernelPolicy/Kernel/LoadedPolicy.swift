// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// A policy in the kernel that is not in force yet: the two programs, which keep their map alive.
struct LoadedPolicy: ~Copyable {
    let bind4: BpfProgram
    let bind6: BpfProgram

    static let names: [BpfAttachment: ByteString] = [.bind4: "lowport_bind4", .bind6: "lowport_bind6"]

    /// Whether the programs allow all that the table allows; they may have to leave binds that depend on `IPV6_V6ONLY`
    /// to another engine.
    let isExact: Bool

    /// Returns the kernel IDs of the programs, for IPv4 and for IPv6.
    func identifiers() throws(EnforcementError) -> [UInt32] {
        try attempt("look at the programs") { () throws(Errno) in [try bind4.identifier(), try bind6.identifier()] }
    }

    /// Fills a map with `table`, freezes it, and loads the programs through the verifier.
    static func loaded(
        _ table: PolicyTable,
        _ settings: EngineSettings,
        _ maps: borrowing EngineMaps,
        in directory: borrowing PinDirectory
    ) throws(EnforcementError) -> LoadedPolicy {
        let sources = try maps.numbers(of: table.grants.map(\.location.file))
        let counters = try maps.counters(for: table.grants.map(\.digest))
        let image = PolicyImage(sources: sources, counters: counters, atomicOffset: KernelClock.atomicOffset)
        let policy = try Self.fill(table, image)
        let programs = try Self.map(ofProgramsIn: table)
        var descriptors: [MapName: Int32] = [
            .policy: policy.descriptor.rawValue, .counters: maps[.counters].map.descriptor.rawValue,
            .events: maps[.events].map.descriptor.rawValue, .statistics: maps[.statistics].map.descriptor.rawValue,
            .programs: programs.descriptor.rawValue,
        ]
        if table.confinedPrograms.isEmpty { return try load(table, settings, descriptors) }
        let tracker = try OriginTracker.running(in: directory)
        descriptors[.origins] = tracker.map.descriptor.rawValue
        return try load(table, settings, descriptors)
    }

    private static func load(
        _ table: PolicyTable,
        _ settings: EngineSettings,
        _ descriptors: [MapName: Int32]
    ) throws(EnforcementError) -> LoadedPolicy {
        // Reading kernel structures takes more privilege, and a kernel that describes them.
        let group = settings.group.map { ProgramGroup(inode: $0.inode, level: $0.level) }
        var options = ProgramOptions.forRunningKernel(table, network: settings.network, group: group)
        while options.looksIntoKernel, options.confines(allOf: table) {
            if let loaded = try? load(table, options, descriptors) { return loaded }
            options.dropOneFeature()
        }
        guard options.confines(allOf: table) else {
            throw .lacking("it does not say which program binds, so that no program can be confined", nil)
        }
        return try load(table, options, descriptors)
    }

    private static func load(
        _ table: PolicyTable,
        _ options: ProgramOptions,
        _ descriptors: [MapName: Int32]
    ) throws(EnforcementError) -> LoadedPolicy {
        LoadedPolicy(
            bind4: try load(table, .v4, options, descriptors),
            bind6: try load(table, .v6, options, descriptors),
            isExact: (!table.dependsOnIPv6Only || options.isIPv6Only != nil)
                && (table.programs.isEmpty || options.program != nil)
        )
    }

    private static func load(
        _ table: PolicyTable,
        _ family: BindFamily,
        _ options: ProgramOptions,
        _ descriptors: [MapName: Int32]
    ) throws(EnforcementError) -> BpfProgram {
        let code = table.program(for: family, options).instructions.map { instruction in
            var instruction = instruction
            if let map = instruction.map, let descriptor = descriptors[map] { instruction.immediate = descriptor }
            return instruction.rawValue
        }
        let attachment: BpfAttachment = family == .v4 ? .bind4 : .bind6
        do throws(BpfLoadError) {
            return try BpfProgram(
                code,
                for: .binds(attachment),
                name: Self.names[attachment] ?? "",
                license: options.looksIntoKernel ? "GPL v2" : "Apache-2.0"
            )
        } catch { throw Self.meaning(of: error) }
    }

    private static func fill(_ table: PolicyTable, _ image: PolicyImage) throws(EnforcementError) -> BpfMap {
        let map = try attemptSupported("make a longest-prefix map") { () throws(Errno) in
            try BpfMap(
                .longestPrefix,
                name: "lowport_policy",
                keySize: PolicyKey.size,
                valueSize: ValueLayout.size,
                capacity: max(1, table.entries.count)
            )
        }
        do throws(Errno) {
            for (key, value) in table.entries { try map.set(key.bytes, image.bytes(of: value, in: table)) }
            try map.freeze()
        } catch { throw .failed("fill the map of the policy with \(table.entries.count) entries", error) }
        return map
    }

    /// Creates a frozen map of the numbers of programs.
    private static func map(ofProgramsIn table: PolicyTable) throws(EnforcementError) -> BpfMap {
        try attemptSupported("make a map of programs") { () throws(Errno) in
            let map = try BpfMap(
                .hash,
                name: "lowport_program",
                keySize: ProgramInode.keySize,
                valueSize: ProgramInode.valueSize,
                capacity: max(1, table.programs.count)
            )
            for (inode, number) in table.programs {
                var value = MapBytes()
                value.append(table.value(ofProgram: number))
                try map.set(inode.key, value.bytes)
            }
            try map.freeze()
            return map
        }
    }

    private static func meaning(of refusal: BpfLoadError) -> EnforcementError {
        if !refusal.log.isEmpty { return .refusedByVerifier(refusal.log) }
        let isRefusal = refusal.error == .notPermitted || refusal.error == .permissionDenied
        if isRefusal && CurrentProcess.effectiveUser != .root { return .notPermitted(refusal.error) }
        return .lacking("it does not take programs for binds", refusal.error)
    }
}
