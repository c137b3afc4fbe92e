// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The counters of rules: how often each rule allowed a bind. They survive a reload, and stay with a rule that moves to
/// another line.
extension EngineMaps {
    /// Returns the counter indices of the rules with these `digests`; new counters start at 0.
    func counters(for digests: [UInt64]) throws(EnforcementError) -> [UInt32] {
        do throws(Errno) {
            var known: [UInt64: UInt32] = [:]
            for key in try self[.counterNumbers].map.keys(size: 8) {
                let number = try self[.counterNumbers].map.value(at: key).map { MapNumbers($0).word(at: 0) }
                known[MapNumbers(key).double(at: 0)] = number
            }
            var free = UInt32(1)
            let taken = Set(known.values)
            var numbers: [UInt32] = []
            numbers.reserveCapacity(digests.count)
            for digest in digests {
                if let number = known[digest] {
                    numbers.append(number)
                    continue
                }
                while taken.contains(free) { free += 1 }
                guard free < EngineMap.ruleCounterCount else {
                    numbers.append(0)
                    continue
                }
                try self[.counters].map.set(Self.bytes(free), Self.bytes(UInt64(0)))
                try self[.counterNumbers].map.set(Self.bytes(digest), Self.bytes(free))
                known[digest] = free
                numbers.append(free)
                free += 1
            }
            return numbers
        } catch { throw .failed("make the counters of the rules", error) }
    }

    /// Releases the counters of removed rules for reuse.
    func releaseCounters(except digests: Set<UInt64>) throws(EnforcementError) {
        do throws(Errno) {
            for key in try self[.counterNumbers].map.keys(size: 8)
            where !digests.contains(MapNumbers(key).double(at: 0)) {
                try self[.counterNumbers].map.remove(key)
            }
        } catch { throw .failed("remove old counters", error) }
    }

    /// Returns how often the rule with this digest allowed a bind; nil if the rule is unknown.
    func count(of digest: UInt64) -> UInt64? {
        guard let number = (try? self[.counterNumbers].map.value(at: Self.bytes(digest))).flatMap({ $0 }),
            let count = (try? self[.counters].map.value(at: number)).flatMap({ $0 })
        else { return nil }
        return MapNumbers(count).double(at: 0)
    }

    /// Returns how many binds were left to the kernel that it answers with `check`.
    func count(of check: KernelCheck) -> UInt64 {
        let index = UInt32(EngineMap.ruleCounterCount) + UInt32(check.rawValue)
        let count = (try? self[.counters].map.value(at: Self.bytes(index))).flatMap { $0 }
        return count.map { MapNumbers($0).double(at: 0) } ?? 0
    }

    private static func bytes(_ number: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        var bytes = MapBytes()
        bytes.append(number)
        return bytes.bytes
    }
}
