// SPDX-License-Identifier: Apache-2.0
internal import KernelPolicy
internal import PolicyInventory
internal import PortPolicy

/// How many binds the kernel engine granted by each line, since it was enabled.
struct BindCounts {
    private let counts: [UInt64: UInt64]

    /// Asks the kernel; nil if the engine is not enabled, or if its counters are not for the caller.
    init?(_ rules: [Rule], _ grants: [AuthbindGrant]) {
        let digests = rules.map(PolicyTable.digest) + grants.map { PolicyTable.digest(of: Self.location(of: $0)) }
        guard let counts = try? KernelEngine.counts(of: digests) else { return nil }
        self.counts = counts
    }

    /// Nil for a rule that the kernel does not know.
    func count(of rule: Rule) -> UInt64? { counts[PolicyTable.digest(of: rule)] }

    /// Nil for a file of the authbind tree, or a line, that the kernel does not know.
    func count(of grant: AuthbindGrant) -> UInt64? { counts[PolicyTable.digest(of: Self.location(of: grant))] }

    private static func location(of grant: AuthbindGrant) -> RuleLocation {
        RuleLocation(file: grant.path, line: grant.line ?? 0)
    }
}
