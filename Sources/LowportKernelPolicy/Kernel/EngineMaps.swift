// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The open maps that outlive a policy.
struct EngineMaps: ~Copyable {
    /// A map in a class, so that arrays can hold it.
    final class Opened: Sendable {
        let map: BpfMap

        init(_ map: consuming BpfMap) { self.map = map }
    }

    /// In the order of `EngineMap`.
    private let opened: [Opened]

    subscript(_ map: EngineMap) -> Opened { opened[map.rawValue] }

    /// Creates the maps, unpinned.
    static func created() throws(EnforcementError) -> EngineMaps {
        var opened: [Opened] = []
        for map in EngineMap.allCases {
            let layout = map.layout
            let new = try attemptSupported("make a map in the kernel") { () throws(Errno) in
                try BpfMap(
                    layout.kind,
                    name: layout.name,
                    keySize: layout.key,
                    valueSize: layout.value,
                    capacity: layout.capacity
                )
            }
            opened.append(Opened(new))
        }
        return EngineMaps(opened: opened)
    }

    /// Opens the pinned maps.
    static func pinned(in directory: borrowing PinDirectory) throws(EnforcementError) -> EngineMaps {
        var opened: [Opened] = []
        for map in EngineMap.allCases {
            opened.append(Opened(BpfMap(try directory.open(map.layout.pin), valueSize: map.layout.value)))
        }
        return EngineMaps(opened: opened)
    }

    /// Pins all maps.
    func pin(in directory: borrowing PinDirectory) throws(EnforcementError) {
        for map in EngineMap.allCases { try directory.pin(self[map].map.descriptor, as: map.layout.pin) }
    }

    /// Returns the kernel's status of each map, in the order of `EngineMap`.
    func statuses() throws(EnforcementError) -> [BpfMap.Status] {
        var statuses: [BpfMap.Status] = []
        for one in opened {
            statuses.append(try attempt("look at the maps") { () throws(Errno) in try one.map.status() })
        }
        return statuses
    }

    /// Checks that the maps have the kernel IDs `wanted`.
    func check(_ wanted: [UInt32]) throws(EnforcementError) {
        for (index, status) in try statuses().enumerated() where status.identifier != wanted[index] {
            throw .foreign(path: "\(KernelEngine.directory)/\(EngineMap.pins[index])")
        }
    }

    // MARK: - Contents

    private static let first = [UInt8](repeating: 0, count: 4)

    /// Returns the settings that the engine was enabled with. Throws `foreign` if another version wrote them.
    func readSettings() throws(EnforcementError) -> EngineSettings {
        let path: ByteString = "\(KernelEngine.directory)/\(EngineMap.settings.layout.pin)"
        // Reading a map with a larger value size would overflow the buffer.
        let settings = self[.settings]
        let size = try attempt("look at \(path)") { () throws(Errno) in try settings.map.status().valueSize }
        guard size == EngineSettings.size else { throw .foreign(path: path) }
        let bytes = try attempt("read the settings") { () throws(Errno) in try settings.map.value(at: Self.first) }
        guard let found = bytes.flatMap(EngineSettings.init(bytes:)) else { throw .foreign(path: path) }
        return found
    }

    func write(_ new: EngineSettings) throws(EnforcementError) {
        try attempt("write the settings") { () throws(Errno) in try self[.settings].map.set(Self.first, new.bytes) }
    }

    /// Stores the owner of the engine in a map that the programs refer to.
    func write(_ owner: EngineOwner) throws(EnforcementError) {
        try attempt("write the statistics") { () throws(Errno) in
            let none = [UInt8](repeating: 0, count: StatisticsLayout.owner)
            try self[.statistics].map.set(Self.first, none + owner.bytes)
        }
    }

    /// Returns the number of binds for each outcome, and the number of lost events.
    func readStatistics() throws(EnforcementError) -> MapNumbers {
        do throws(Errno) {
            let none = [UInt8](repeating: 0, count: StatisticsLayout.size)
            return MapNumbers(try self[.statistics].map.value(at: Self.first) ?? none)
        } catch { throw .failed("read the statistics", error) }
    }

    /// Returns the files that the numbers in events stand for.
    func readSources() throws(EnforcementError) -> [UInt32: ByteString] {
        var found: [UInt32: ByteString] = [:]
        do throws(Errno) {
            for key in try self[.sources].map.keys(size: 4) {
                let path = try self[.sources].map.value(at: key) ?? []
                found[MapNumbers(key).word(at: 0)] = ByteString(path.prefix { $0 != 0 })
            }
        } catch { throw .failed("read the names of rules files", error) }
        return found
    }

    /// Returns the numbers that stand for `paths`. New paths get new numbers; existing numbers never change their
    /// meaning.
    func numbers(of paths: [ByteString]) throws(EnforcementError) -> [UInt32] {
        var known = Dictionary(try readSources().map { ($1, $0) }) { first, _ in first }
        var numbers: [UInt32] = []
        for path in paths {
            let name = ByteString(path.bytes.prefix(EngineMap.pathSize - 1)[...])
            if let number = known[name] {
                numbers.append(number)
                continue
            }
            let number = (known.values.max() ?? 0) + 1
            var key = MapBytes()
            key.append(number)
            let value = name.bytes + [UInt8](repeating: 0, count: EngineMap.pathSize - name.count)
            do throws(Errno) { try self[.sources].map.set(key.bytes, value) } catch {
                throw .failed("enter the name of a rules file", error)
            }
            known[name] = number
            numbers.append(number)
        }
        return numbers
    }
}
