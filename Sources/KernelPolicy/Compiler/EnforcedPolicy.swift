// SPDX-License-Identifier: Apache-2.0
public import PolicyInventory
internal import PortPolicy

/// All that the kernel is to know: what the sources of permission allow, as far as that can be said exactly.
public struct EnforcedPolicy: Sendable {
    /// What is allowed.
    public let permissions: [PolicyPermission]
    /// What the sources allow and the kernel cannot have, and why.
    public let leftOut: [PolicyDiagnostic]
    /// Who is confined, by the words of the lines that do it.
    let confinements: [ConfinedPrincipal]

    /// Who is confined, by number; nil for whomever `confinements` mean by name.
    public var confinement: Confinement?

    /// Creates the policy of the sources whose snapshots are given. A file with an error counts for nothing.
    public init(_ snapshots: [SourceSnapshot]) {
        permissions = snapshots.flatMap(\.permissions)
        leftOut = snapshots.flatMap(\.leftOut)
        confinements = snapshots.flatMap(\.files).filter(\.isValid).flatMap(\.confinements).map(\.confinement)
    }
}
