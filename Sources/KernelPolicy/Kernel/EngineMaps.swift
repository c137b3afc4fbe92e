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

    /// Opens the pinned ones below `folder`.
    static func pinned(in folder: ByteString) throws(EnforcementError) -> EngineMaps {
        func map(_ name: ByteString, _ size: Int) throws(EnforcementError) -> BpfMap {
            do throws(Errno) { return BpfMap(try BpfPins.open("\(folder)/\(name)"), valueSize: size) } catch {
                if error == .noSuchFile { throw .foreign(path: folder) }
                throw error == .permissionDenied || error == .notPermitted
                    ? .notPermitted(error) : .failed("open \(folder)/\(name)", error)
            }
        }
        let events = try map("events", 0)
        let counters = try map("counters", 8)
        let rules = try map("rules", 4)
        let statistics = try map("statistics", StatisticsLayout.size)
        let sources = try map("sources", Self.pathSize)
        let settings = try map("settings", EngineSettings.size)
        return EngineMaps(
            events: events,
            counters: counters,
            rules: rules,
            statistics: statistics,
            sources: sources,
            settings: settings
        )
    }

    /// Pins all of them below `folder`.
    func pin(in folder: ByteString) throws(EnforcementError) {
        try Self.pin(events, "\(folder)/events")
        try Self.pin(counters, "\(folder)/counters")
        try Self.pin(rules, "\(folder)/rules")
        try Self.pin(statistics, "\(folder)/statistics")
        try Self.pin(sources, "\(folder)/sources")
        try Self.pin(settings, "\(folder)/settings")
    }

    private static func pin(_ map: borrowing BpfMap, _ path: ByteString) throws(EnforcementError) {
        do throws(Errno) { try BpfPins.pin(map.descriptor, at: path) } catch { throw .failed("pin \(path)", error) }
    }

    /// The names below the folder of the pins.
    static let names: [ByteString] = ["events", "counters", "rules", "statistics", "sources", "settings"]

    // MARK: - What they hold

    private static let first = [UInt8](repeating: 0, count: 4)

    func readSettings() throws(EnforcementError) -> EngineSettings? {
        try attempt("read the settings") { () throws(Errno) in
            try settings.value(at: Self.first).flatMap(EngineSettings.init(bytes:))
        }
    }

    func write(_ new: EngineSettings) throws(EnforcementError) {
        try attempt("write the settings") { () throws(Errno) in try settings.set(Self.first, new.bytes) }
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
