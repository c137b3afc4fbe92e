// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// The number of capabilities of a kernel; `all` and `=` in a capability text mean exactly these.
public struct KernelCapabilities: Hashable, Sendable {
    /// The number of capabilities, at most 64: a kernel has the capabilities whose numbers are below this.
    public let count: UInt8

    /// Creates a kernel with `count` capabilities.
    public init(count: UInt8) { self.count = min(count, Capability.limit) }

    /// All capabilities of the kernel.
    public var all: CapabilitySet {
        CapabilitySet(rawValue: count < Capability.limit ? 1 << UInt64(count) - 1 : .max)
    }

    /// The running kernel, queried for the numbers that it accepts (prctl(2), `PR_CAPBSET_READ`).
    ///
    /// A kernel that accepts all or none of them does not reveal its number; then the capabilities with names are
    /// assumed.
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
