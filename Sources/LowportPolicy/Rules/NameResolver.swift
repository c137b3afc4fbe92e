// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Resolves the names in rules to numeric IDs, and paths of programs to files.
package protocol NameResolver {
    /// The user with the name `name`; nil if there is none.
    func user(named name: ByteString) -> UserID?
    /// The group with the name `name`; nil if there is none.
    func group(named name: ByteString) -> GroupID?
    /// The identity of the program at `path`; nil if there is none, or if a user other than root may replace it.
    func program(at path: ByteString) -> FileIdentity?
}

extension NameResolver {
    /// The identity of the program at `path` on this machine, as it is now.
    package func program(at path: ByteString) -> FileIdentity? { RuleStore.system.identity(ofProgramAt: path) }
}

/// The names that the machine knows (nsswitch.conf(5)).
package struct SystemNames: NameResolver {
    /// Creates the resolver.
    package init() {}

    /// The user with the name `name`; nil if there is none.
    package func user(named name: ByteString) -> UserID? { Accounts.user(named: name) }

    /// The group with the name `name`; nil if there is none.
    package func group(named name: ByteString) -> GroupID? { Accounts.group(named: name) }
}
