// SPDX-License-Identifier: Apache-2.0
internal import PortPolicy

/// The entries of a table as the maps of the kernel hold them.
struct PolicyImage {
    /// Where the lines of the rules are: the numbers that stand for their files.
    let sources: [UInt32]
    /// What has to be added to a time of the day to make it International Atomic Time, in seconds.
    let atomicOffset: Int64

    /// A value of the policy map: until when, the number of the file, the line, the digest of the rule, and
    /// whether it allows a wildcard alone.
    func bytes(of value: PolicyTable.Value, in table: PolicyTable) -> [UInt8] {
        var bytes = MapBytes()
        bytes.append(value.until.map(nanoseconds) ?? .max)
        let grant = table.grants.isEmpty ? nil : table.grants[value.grant]
        bytes.append(table.grants.isEmpty ? 0 : sources[value.grant])
        bytes.append(UInt32(grant?.location.line ?? 0))
        bytes.append(grant?.digest ?? 0)
        bytes.append(UInt32(value.isAlone ? 1 : 0))
        bytes.append(UInt32(0))
        return bytes.bytes
    }

    /// The time as the program reads the clock; what is before the clock's beginning or behind its end is held to it.
    private func nanoseconds(_ time: Timestamp) -> UInt64 {
        let seconds = max(0, time.rawValue.addingReportingOverflow(atomicOffset).partialValue)
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max - 1 : product
    }
}
