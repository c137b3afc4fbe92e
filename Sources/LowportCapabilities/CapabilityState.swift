// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// A selection of the three sets: the letters `e`, `i` and `p` of a capability text.
public struct CapabilityFlags: OptionSet, Hashable, Sendable {
    /// 1 is effective, 2 permitted, 4 inheritable.
    public let rawValue: UInt8

    /// Creates a set of flags from their bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The effective set, `e`.
    public static var effective: CapabilityFlags { CapabilityFlags(rawValue: 1) }
    /// The permitted set, `p`.
    public static var permitted: CapabilityFlags { CapabilityFlags(rawValue: 2) }
    /// The inheritable set, `i`.
    public static var inheritable: CapabilityFlags { CapabilityFlags(rawValue: 4) }
    /// All three sets.
    public static var all: CapabilityFlags { CapabilityFlags(rawValue: 7) }
}

extension CapabilityState {
    /// The sets that contain `capability`.
    public func flags(of capability: Capability) -> CapabilityFlags {
        var flags: CapabilityFlags = []
        if effective.contains(capability) { flags.insert(.effective) }
        if permitted.contains(capability) { flags.insert(.permitted) }
        if inheritable.contains(capability) { flags.insert(.inheritable) }
        return flags
    }

    /// Adds `capabilities` to the sets that `flags` names.
    public mutating func raise(_ capabilities: CapabilitySet, in flags: CapabilityFlags) {
        if flags.contains(.effective) { effective.formUnion(capabilities) }
        if flags.contains(.permitted) { permitted.formUnion(capabilities) }
        if flags.contains(.inheritable) { inheritable.formUnion(capabilities) }
    }

    /// Removes `capabilities` from the sets that `flags` names.
    public mutating func lower(_ capabilities: CapabilitySet, in flags: CapabilityFlags) {
        if flags.contains(.effective) { effective.subtract(capabilities) }
        if flags.contains(.permitted) { permitted.subtract(capabilities) }
        if flags.contains(.inheritable) { inheritable.subtract(capabilities) }
    }

    /// The sets in which this state and `other` differ, as from cap_compare(3).
    public func difference(from other: CapabilityState) -> CapabilityFlags {
        var flags: CapabilityFlags = []
        if effective != other.effective { flags.insert(.effective) }
        if permitted != other.permitted { flags.insert(.permitted) }
        if inheritable != other.inheritable { flags.insert(.inheritable) }
        return flags
    }
}
