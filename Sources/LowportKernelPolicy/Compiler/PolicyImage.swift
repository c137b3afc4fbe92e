// SPDX-License-Identifier: Apache-2.0
internal import LowportPolicy

/// Encodes the entries of a table as map values.
struct PolicyImage {
    /// For each grant, the number that stands for the file of its rule.
    let sources: [UInt32]
    /// For each grant, the index of the rule's counter.
    let counters: [UInt32]
    /// The seconds to add to a time of day to obtain International Atomic Time.
    let atomicOffset: Int64

    /// Returns a value of the policy map: expiry time, file number, line, counter index, and whether the entry alone
    /// allows a dual-stack wildcard.
    func bytes(of value: PolicyTable.Value, in table: PolicyTable) -> [UInt8] {
        var bytes = MapBytes()
        bytes.append(value.until.map(nanoseconds) ?? .max)
        let grant = table.grants.isEmpty ? nil : table.grants[value.grant]
        bytes.append(table.grants.isEmpty ? 0 : sources[value.grant])
        bytes.append(UInt32(grant?.location.line ?? 0))
        bytes.append(table.grants.isEmpty ? 0 : counters[value.grant])
        bytes.append(UInt32(value.isAlone ? 1 : 0))
        return bytes.bytes
    }

    /// Converts `time` to the clock that the program reads. Times outside the range of the clock are clamped.
    private func nanoseconds(_ time: Timestamp) -> UInt64 {
        let seconds = max(0, time.rawValue.addingReportingOverflow(atomicOffset).partialValue)
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max - 1 : product
    }
}
