// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The capabilities of a file: what a process that executes it gets (capabilities(7), "File capabilities").
///
///     var capabilities = FileCapabilities(permitted: [.netBindService], isEffective: true)
///     try capabilities.write(to: "/usr/local/bin/server")
public struct FileCapabilities: Hashable, Sendable {
    /// What the process is permitted, as far as its bounding set lets it.
    public var permitted: CapabilitySet
    /// What the process is permitted if it also has it inheritable.
    public var inheritable: CapabilitySet
    /// Whether all that the process gets is effective from the start.
    public var isEffective: Bool
    /// The user who is root of the user namespaces in which the capabilities count; 0 means the file's own file system's.
    public var rootUser: UserID

    /// Creates file capabilities.
    public init(
        permitted: CapabilitySet = [],
        inheritable: CapabilitySet = [],
        isEffective: Bool = false,
        rootUser: UserID = .root
    ) {
        self.permitted = permitted
        self.inheritable = inheritable
        self.isEffective = isEffective
        self.rootUser = rootUser
    }
}

extension FileCapabilities {
    /// Creates the file capabilities that `state` describes; nil if no file can have them.
    ///
    /// A file has one effective flag for all of its capabilities, and no effective set: if anything is effective, then
    /// everything that is permitted or inheritable must be. What is effective and neither of the two is left out.
    public init?(_ state: CapabilityState, rootUser: UserID = .root) {
        guard state.isFitForFile else { return nil }
        self.init(
            permitted: state.permitted,
            inheritable: state.inheritable,
            isEffective: !state.effective.isEmpty,
            rootUser: rootUser
        )
    }

    /// The same as three sets, for a capability text.
    public var state: CapabilityState {
        CapabilityState(
            effective: isEffective ? permitted.union(inheritable) : [],
            permitted: permitted,
            inheritable: inheritable
        )
    }
}

extension CapabilityState {
    /// Whether file capabilities can express the state: nothing is effective, or all that is permitted or inheritable.
    public var isFitForFile: Bool { effective.isEmpty || permitted.union(inheritable).isSubset(of: effective) }
}
