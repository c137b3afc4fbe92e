// SPDX-License-Identifier: Apache-2.0
public import PortPolicy

/// All that the kernel is to know: the rules, and what of the authbind tree can be said exactly.
public struct EnforcedPolicy: Sendable {
    /// The rules, with the lines that confine.
    public let rules: RuleSet
    /// The authbind tree.
    public let authbind: AuthbindPermissions

    /// Creates a policy.
    public init(rules: RuleSet, authbind: AuthbindPermissions = AuthbindPermissions()) {
        self.rules = rules
        self.authbind = authbind
    }

    /// The policy of this machine, as it is now.
    public static func ofSystem() -> EnforcedPolicy {
        EnforcedPolicy(rules: RuleStore.system.load().rules, authbind: AuthbindPermissions(AuthbindSnapshot.ofSystem()))
    }
}
