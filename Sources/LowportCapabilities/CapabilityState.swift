// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A selection of the three sets: the letters `e`, `i` and `p` of a capability text.
package struct CapabilityFlags: OptionSet, Hashable, Sendable {
    /// 1 is effective, 2 permitted, 4 inheritable.
    package let rawValue: UInt8

    /// Creates a set of flags from their bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The effective set, `e`.
    package static var effective: CapabilityFlags { CapabilityFlags(rawValue: 1) }
    /// The permitted set, `p`.
    package static var permitted: CapabilityFlags { CapabilityFlags(rawValue: 2) }
    /// The inheritable set, `i`.
    package static var inheritable: CapabilityFlags { CapabilityFlags(rawValue: 4) }
    /// All three sets.
    package static var all: CapabilityFlags { CapabilityFlags(rawValue: 7) }
}

extension CapabilityState {
    /// The sets that contain `capability`.
    package func flags(of capability: Capability) -> CapabilityFlags {
        var flags: CapabilityFlags = []
        if effective.contains(capability) { flags.insert(.effective) }
        if permitted.contains(capability) { flags.insert(.permitted) }
        if inheritable.contains(capability) { flags.insert(.inheritable) }
        return flags
    }

    /// Adds `capabilities` to the sets that `flags` names.
    package mutating func raise(_ capabilities: CapabilitySet, in flags: CapabilityFlags) {
        if flags.contains(.effective) { effective.formUnion(capabilities) }
        if flags.contains(.permitted) { permitted.formUnion(capabilities) }
        if flags.contains(.inheritable) { inheritable.formUnion(capabilities) }
    }

    /// Removes `capabilities` from the sets that `flags` names.
    package mutating func lower(_ capabilities: CapabilitySet, in flags: CapabilityFlags) {
        if flags.contains(.effective) { effective.subtract(capabilities) }
        if flags.contains(.permitted) { permitted.subtract(capabilities) }
        if flags.contains(.inheritable) { inheritable.subtract(capabilities) }
    }

    /// The sets in which this state and `other` differ, as from cap_compare(3).
    package func difference(from other: CapabilityState) -> CapabilityFlags {
        var flags: CapabilityFlags = []
        if effective != other.effective { flags.insert(.effective) }
        if permitted != other.permitted { flags.insert(.permitted) }
        if inheritable != other.inheritable { flags.insert(.inheritable) }
        return flags
    }
}
