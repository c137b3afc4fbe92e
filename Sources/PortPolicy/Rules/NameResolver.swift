// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Resolves the names in rules to numeric IDs.
public protocol NameResolver {
    /// The user with the name `name`; nil if there is none.
    func user(named name: ByteString) -> UserID?
    /// The group with the name `name`; nil if there is none.
    func group(named name: ByteString) -> GroupID?
}

/// The names that the machine knows (nsswitch.conf(5)).
public struct SystemNames: NameResolver {
    /// Creates the resolver.
    public init() {}

    /// The user with the name `name`; nil if there is none.
    public func user(named name: ByteString) -> UserID? { Accounts.user(named: name) }

    /// The group with the name `name`; nil if there is none.
    public func group(named name: ByteString) -> GroupID? { Accounts.group(named: name) }
}
