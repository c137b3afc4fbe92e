// SPDX-License-Identifier: Apache-2.0
internal import LowportPolicy
package import LowportPolicyInventory

/// The policy to be enforced by the kernel: the part of the permission sources that can be expressed exactly.
package struct EnforcedPolicy: Sendable {
    /// The permissions that the kernel enforces.
    package let permissions: [PolicyPermission]
    /// Permissions of the sources that the kernel cannot enforce, and why.
    package let leftOut: [PolicyDiagnostic]
    /// The confined principals, as the lines in the rules name them.
    let confinements: [ConfinedPrincipal]

    /// The confined principals by number; nil if they must be resolved from the names in `confinements`.
    package var confinement: Confinement?

    /// Creates the policy from the snapshots of the sources. A file with an error contributes nothing.
    package init(_ snapshots: [SourceSnapshot]) {
        permissions = snapshots.flatMap(\.permissions)
        leftOut = snapshots.flatMap(\.leftOut)
        confinements = snapshots.flatMap(\.files).filter(\.isValid).flatMap(\.confinements).map(\.confinement)
    }
}
