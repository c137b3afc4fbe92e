// SPDX-License-Identifier: Apache-2.0

/// One of the privileges that Linux divides root's power into: a number from 0 to 63 (capabilities(7)).
///
/// Today's kernels have 41 of them, `Capability.chown` to `Capability.checkpointRestore`; the numbers above are
/// representable, since a file's attribute may hold them and a newer kernel may know them.
public struct Capability: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt8

    /// Creates the capability with the number `rawValue`; nil above 63.
    public init?(rawValue: UInt8) {
        guard rawValue < Self.limit else { return nil }
        self.rawValue = rawValue
    }

    /// Creates the capability with a number that is known to be below `limit`.
    package init(number: UInt8) { rawValue = number }

    /// How many there can be: the bits of the kernel's sets.
    public static var limit: UInt8 { 64 }
}

extension Capability: Comparable {
    /// Numeric order.
    public static func < (left: Capability, right: Capability) -> Bool { left.rawValue < right.rawValue }
}
