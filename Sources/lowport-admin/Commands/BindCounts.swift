// SPDX-License-Identifier: Apache-2.0
internal import KernelPolicy
internal import PolicyInventory

/// The number of binds that the kernel engine granted by each line since it was enabled.
struct BindCounts {
    private let counts: [UInt64: UInt64]

    /// Reads the counters of the kernel; nil if the engine is not enabled, or if the caller may not read them.
    init?(_ entries: [PolicyEntry]) {
        let digests = entries.map { PolicyTable.digest(of: $0.counter) }
        guard let counts = try? KernelEngine.counts(of: digests) else { return nil }
        self.counts = counts
    }

    /// The number of binds; nil for an entry that the kernel does not know.
    func count(of entry: PolicyEntry) -> UInt64? { counts[PolicyTable.digest(of: entry.counter)] }
}
