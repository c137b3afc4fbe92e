// SPDX-License-Identifier: Apache-2.0
public import Linux

/// How many capabilities a kernel has; `all` and `=` in a capability text mean exactly these.
public struct KernelCapabilities: Hashable, Sendable {
    /// How many: the capabilities are those with the numbers below this, 64 at the most.
    public let count: UInt8

    /// Creates a kernel with `count` capabilities.
    public init(count: UInt8) { self.count = min(count, Capability.limit) }

    /// All of them.
    public var all: CapabilitySet {
        CapabilitySet(rawValue: count < Capability.limit ? 1 << UInt64(count) - 1 : .max)
    }

    /// The running kernel, asked which numbers it accepts (prctl(2), `PR_CAPBSET_READ`).
    ///
    /// A kernel that accepts all or none of them does not say how many it has; then those that have names are meant.
    public static var running: KernelCapabilities {
        var (known, unknown): (UInt8, UInt8) = (0, Capability.limit)
        while known < unknown {
            let number = (known + unknown) / 2
            let isKnown = (try? CapabilityControls.isInBoundingSet(Capability(number: number))) != nil
            if isKnown { known = number + 1 } else { unknown = number }
        }
        let isPlausible = known > 0 && known < Capability.limit
        return KernelCapabilities(count: isPlausible ? known : UInt8(Capability.shortNames.count))
    }
}
