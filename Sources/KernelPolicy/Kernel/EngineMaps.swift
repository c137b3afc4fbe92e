// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The maps that outlive a policy: events, counters, statistics, the names of rules files, and the settings.
struct EngineMaps: ~Copyable {
    static let ringSize = 1 << 20
    private static let pathSize = 256
    /// How many rules are counted; the others share the counter 0, which nobody reads.
    static let counterCount = 1 << 16

    let events: BpfMap
    /// How often each rule allowed a bind, by a number that `rules` knows.
    let counters: BpfMap
    /// The numbers of the counters, by the digests of the rules.
    let rules: BpfMap
    let statistics: BpfMap
    let sources: BpfMap
    let settings: BpfMap

    /// Creates them, unpinned.
    static func created() throws(EnforcementError) -> EngineMaps {
        func map(
            _ kind: BpfMapKind,
            _ name: ByteString,
            _ key: Int,
            _ value: Int,
            _ capacity: Int
        ) throws(EnforcementError) -> BpfMap {
            try attemptSupported("make a map in the kernel") { () throws(Errno) in
                try BpfMap(kind, name: name, keySize: key, valueSize: value, capacity: capacity)
            }
        }
        let events = try map(.ringBuffer, "lowport_events", 0, 0, Self.ringSize)
        let counters = try map(.array, "lowport_counter", 4, 8, Self.counterCount)
        let rules = try map(.hash, "lowport_rules", 8, 4, Self.counterCount)
        let statistics = try map(.array, "lowport_stats", 4, StatisticsLayout.size, 1)
        let sources = try map(.hash, "lowport_sources", 4, Self.pathSize, 4096)
        let settings = try map(.array, "lowport_setting", 4, EngineSettings.size, 1)
        return EngineMaps(
            events: events,
            counters: counters,
            rules: rules,
            statistics: statistics,
            sources: sources,
            settings: settings
        )
    }

    /// Opens the pinned ones.
    static func pinned(in directory: borrowing PinDirectory) throws(EnforcementError) -> EngineMaps {
        EngineMaps(
            events: BpfMap(try directory.open("events"), valueSize: 0),
            counters: BpfMap(try directory.open("counters"), valueSize: 8),
            rules: BpfMap(try directory.open("rules"), valueSize: 4),
            statistics: BpfMap(try directory.open("statistics"), valueSize: StatisticsLayout.size),
            sources: BpfMap(try directory.open("sources"), valueSize: Self.pathSize),
            settings: BpfMap(try directory.open("settings"), valueSize: EngineSettings.size)
        )
    }

    /// The names of the pins.
    static let names: [ByteString] = ["events", "counters", "rules", "statistics", "sources", "settings"]

    /// Pins all of them.
    func pin(in directory: borrowing PinDirectory) throws(EnforcementError) {
        try directory.pin(events.descriptor, as: "events")
        try directory.pin(counters.descriptor, as: "counters")
        try directory.pin(rules.descriptor, as: "rules")
        try directory.pin(statistics.descriptor, as: "statistics")
        try directory.pin(sources.descriptor, as: "sources")
        try directory.pin(settings.descriptor, as: "settings")
    }

    /// What the kernel says of each, in the order of the names.
    func statuses() throws(EnforcementError) -> [BpfMap.Status] {
        try attempt("look at the maps") { () throws(Errno) in
            [
                try events.status(), try counters.status(), try rules.status(), try statistics.status(),
                try sources.status(), try settings.status(),
            ]
        }
    }

    /// Makes sure that they are the maps `wanted`, by their numbers.
    func check(_ wanted: [UInt32]) throws(EnforcementError) {
        for (index, status) in try statuses().enumerated() where status.identifier != wanted[index] {
            throw .foreign(path: "\(KernelEngine.folder)/\(Self.names[index])")
        }
    }

    // MARK: - What they hold

    private static let first = [UInt8](repeating: 0, count: 4)

    /// What the engine was enabled with. Throws `foreign` if it was another version's.
    func readSettings() throws(EnforcementError) -> EngineSettings {
        let path: ByteString = "\(KernelEngine.folder)/settings"
        // A map of another size would write more than there is room for.
        let size = try attempt("look at \(path)") { () throws(Errno) in try settings.status().valueSize }
        guard size == EngineSettings.size else { throw .foreign(path: path) }
        let bytes = try attempt("read the settings") { () throws(Errno) in try settings.value(at: Self.first) }
        guard let found = bytes.flatMap(EngineSettings.init(bytes:)) else { throw .foreign(path: path) }
        return found
    }

    func write(_ new: EngineSettings) throws(EnforcementError) {
        try attempt("write the settings") { () throws(Errno) in try settings.set(Self.first, new.bytes) }
    }

    /// Writes down whose the engine is, where the programs have it in sight.
    func write(_ owner: EngineOwner) throws(EnforcementError) {
        try attempt("write the statistics") { () throws(Errno) in
            let none = [UInt8](repeating: 0, count: StatisticsLayout.owner)
            try statistics.set(Self.first, none + owner.bytes)
        }
    }

    /// How many binds ended how, and how many events were lost.
    func readStatistics() throws(EnforcementError) -> MapNumbers {
        do throws(Errno) {
            let none = [UInt8](repeating: 0, count: StatisticsLayout.size)
            return MapNumbers(try statistics.value(at: Self.first) ?? none)
        } catch { throw .failed("read the statistics", error) }
    }

    /// The files that numbers in events stand for.
    func readSources() throws(EnforcementError) -> [UInt32: ByteString] {
        var found: [UInt32: ByteString] = [:]
        do throws(Errno) {
            for key in try sources.keys(size: 4) {
                let path = try sources.value(at: key) ?? []
                found[MapNumbers(key).word(at: 0)] = ByteString(path.prefix { $0 != 0 })
            }
        } catch { throw .failed("read the names of rules files", error) }
        return found
    }

    /// The numbers that stand for `paths`; new ones are entered, and none ever changes its meaning.
    func numbers(of paths: [ByteString]) throws(EnforcementError) -> [UInt32] {
        var known = Dictionary(try readSources().map { ($1, $0) }) { first, _ in first }
        var numbers: [UInt32] = []
        for path in paths {
            let name = ByteString(path.bytes.prefix(Self.pathSize - 1)[...])
            if let number = known[name] {
                numbers.append(number)
                continue
            }
            let number = (known.values.max() ?? 0) + 1
            var key = MapBytes()
            key.append(number)
            let value = name.bytes + [UInt8](repeating: 0, count: Self.pathSize - name.count)
            do throws(Errno) { try sources.set(key.bytes, value) } catch {
                throw .failed("enter the name of a rules file", error)
            }
            known[name] = number
            numbers.append(number)
        }
        return numbers
    }
}
