// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// The capabilities of a file, which a process that executes the file gets (capabilities(7), "File capabilities").
///
///     var capabilities = FileCapabilities(permitted: [.netBindService], isEffective: true)
///     try capabilities.write(to: "/usr/local/bin/server")
public struct FileCapabilities: Hashable, Sendable {
    /// The capabilities that the process is permitted, as far as its bounding set allows.
    public var permitted: CapabilitySet
    /// The capabilities that the process is permitted if they are also in its inheritable set.
    public var inheritable: CapabilitySet
    /// Whether all capabilities that the process gets are effective from the start.
    public var isEffective: Bool
    /// The root user of the user namespaces in which the capabilities apply; 0 means the namespace of the file's own
    /// file system.
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
    /// A file has a single effective flag for all of its capabilities, and no effective set: if any capability is
    /// effective, then all that are permitted or inheritable must be. A capability that is only effective is left out.
    public init?(_ state: CapabilityState, rootUser: UserID = .root) {
        guard state.isFitForFile else { return nil }
        self.init(
            permitted: state.permitted,
            inheritable: state.inheritable,
            isEffective: !state.effective.isEmpty,
            rootUser: rootUser
        )
    }

    /// The same capabilities as three sets, for a capability text.
    public var state: CapabilityState {
        CapabilityState(
            effective: isEffective ? permitted.union(inheritable) : [],
            permitted: permitted,
            inheritable: inheritable
        )
    }
}

extension CapabilityState {
    /// Whether file capabilities can express the state: nothing is effective, or everything that is permitted or
    /// inheritable.
    public var isFitForFile: Bool { effective.isEmpty || permitted.union(inheritable).isSubset(of: effective) }
}
