// SPDX-License-Identifier: Apache-2.0
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicyInventory

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

/// The number of binds since the engine was enabled, in the words of `lowport log`.
struct BindTotals: Encodable {
    let allowedByRule: UInt64
    let allowedByCapability: UInt64
    let allowedAsUnprivileged: UInt64
    let refused: UInt64
    let leftToTheKernel: UInt64

    init(_ status: EngineStatus) {
        allowedByRule = status.granted
        allowedByCapability = status.left[.capability] ?? 0
        allowedAsUnprivileged = status.left[.unprivileged] ?? 0
        refused = status.refused + (status.left[.noCapability] ?? 0)
        leftToTheKernel = status.left[.unknown] ?? 0
    }

    /// `1 allowed by rule, 0 allowed by capability, 1 refused`; the rarer results only if there are any.
    var text: ByteString {
        let all: [(BindResult, UInt64, isAlwaysShown: Bool)] = [
            (.allowedByRule, allowedByRule, true), (.allowedByCapability, allowedByCapability, true),
            (.allowedAsUnprivileged, allowedAsUnprivileged, false), (.refused, refused, true),
            (.left, leftToTheKernel, false),
        ]
        let shown = all.filter { $0.isAlwaysShown || $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" as ByteString }
        return shown.dropFirst().reduce(shown[0]) { "\($0), \($1)" }
    }
}
