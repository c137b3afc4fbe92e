// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The maps that outlive a policy: events, counters, statistics, the names of rules files, and the settings.
struct EngineMaps: ~Copyable {
    static let ringSize = 1 << 20
    private static let pathSize = 256

    let events: BpfMap
    let counters: BpfMap
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
        let counters = try map(.hash, "lowport_counter", 8, 8, 1 << 20)
        let statistics = try map(.array, "lowport_stats", 4, StatisticsLayout.size, 1)
        let sources = try map(.hash, "lowport_sources", 4, Self.pathSize, 4096)
        let settings = try map(.array, "lowport_setting", 4, EngineSettings.size, 1)
        return EngineMaps(
            events: events,
            counters: counters,
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
        let statistics = try map("statistics", StatisticsLayout.size)
        let sources = try map("sources", Self.pathSize)
        let settings = try map("settings", EngineSettings.size)
        return EngineMaps(
            events: events,
            counters: counters,
            statistics: statistics,
            sources: sources,
            settings: settings
        )
    }

    /// Pins all of them below `folder`.
    func pin(in folder: ByteString) throws(EnforcementError) {
        try Self.pin(events, "\(folder)/events")
        try Self.pin(counters, "\(folder)/counters")
        try Self.pin(statistics, "\(folder)/statistics")
        try Self.pin(sources, "\(folder)/sources")
        try Self.pin(settings, "\(folder)/settings")
    }

    private static func pin(_ map: borrowing BpfMap, _ path: ByteString) throws(EnforcementError) {
        do throws(Errno) { try BpfPins.pin(map.descriptor, at: path) } catch { throw .failed("pin \(path)", error) }
    }

    /// The names below the folder of the pins.
    static let names: [ByteString] = ["events", "counters", "statistics", "sources", "settings"]

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

    /// Makes a counter for each of `digests` that has none.
    func makeCounters(for digests: [UInt64]) throws(EnforcementError) {
        do throws(Errno) {
            for digest in digests {
                do throws(Errno) { try counters.insert(Self.key(digest), [UInt8](repeating: 0, count: 8)) } catch {
                    if error != .fileExists { throw error }
                }
            }
        } catch { throw .failed("make the counters", error) }
    }

    /// Removes the counters of rules that are gone.
    func removeCounters(except digests: Set<UInt64>) throws(EnforcementError) {
        do throws(Errno) {
            for key in try counters.keys(size: 8) where !digests.contains(MapNumbers(key).double(at: 0)) {
                try counters.remove(key)
            }
        } catch { throw .failed("remove old counters", error) }
    }

    /// How often the rule with this digest allowed a bind; nil if it is not known.
    func count(of digest: UInt64) -> UInt64? {
        (try? counters.value(at: Self.key(digest))).flatMap { $0 }.map { MapNumbers($0).double(at: 0) }
    }

    private static func key(_ digest: UInt64) -> [UInt8] {
        var key = MapBytes()
        key.append(digest)
        return key.bytes
    }
}
