// SPDX-License-Identifier: Apache-2.0
public import PolicyInventory
public import PortPolicy

/// All that the kernel is to know: the rules, and what of the authbind tree can be said exactly.
public struct EnforcedPolicy: Sendable {
    /// The rules, with the lines that confine.
    public let rules: RuleSet
    /// The authbind tree.
    public let authbind: AuthbindPermissions

    /// Who is confined, by number; nil for whomever the lines of `rules` mean by name.
    public var confinement: Confinement?

    /// Creates a policy.
    public init(rules: RuleSet, authbind: AuthbindPermissions = AuthbindPermissions()) {
        self.rules = rules
        self.authbind = authbind
    }
}
