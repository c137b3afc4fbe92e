// SPDX-License-Identifier: Apache-2.0

/// A set of capabilities: bit n stands for the capability with the number n.
///
///     let kept: CapabilitySet = [.netBindService, .netRaw]
///     kept.contains(.netRaw)
public struct CapabilitySet: RawRepresentable, Hashable, Sendable {
    /// The 64 bits, as in the kernel.
    public var rawValue: UInt64

    /// Creates a set from its bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

extension CapabilitySet: SetAlgebra {
    /// Creates an empty set.
    public init() { rawValue = 0 }

    /// Creates the set of `elements`.
    public init(arrayLiteral elements: Capability...) {
        rawValue = elements.reduce(0) { $0 | Self.bit(of: $1) }
    }

    /// Whether nothing is in it.
    public var isEmpty: Bool { rawValue == 0 }

    /// Whether `member` is in it.
    public func contains(_ member: Capability) -> Bool { rawValue & Self.bit(of: member) != 0 }

    /// What is in one of the two or in both.
    public func union(_ other: CapabilitySet) -> CapabilitySet { CapabilitySet(rawValue: rawValue | other.rawValue) }

    /// What is in both.
    public func intersection(_ other: CapabilitySet) -> CapabilitySet {
        CapabilitySet(rawValue: rawValue & other.rawValue)
    }

    /// What is in one of the two and not in the other.
    public func symmetricDifference(_ other: CapabilitySet) -> CapabilitySet {
        CapabilitySet(rawValue: rawValue ^ other.rawValue)
    }

    /// Adds `member`, and returns whether it was missing.
    @discardableResult
    public mutating func insert(_ member: Capability) -> (inserted: Bool, memberAfterInsert: Capability) {
        let isNew = !contains(member)
        rawValue |= Self.bit(of: member)
        return (isNew, member)
    }

    /// Removes `member`, and returns it if it was present.
    @discardableResult
    public mutating func remove(_ member: Capability) -> Capability? {
        let found = contains(member)
        rawValue &= ~Self.bit(of: member)
        return found ? member : nil
    }

    /// Adds `member`, and returns it if it was present.
    @discardableResult
    public mutating func update(with member: Capability) -> Capability? { insert(member).inserted ? nil : member }

    /// Adds what is in `other`.
    public mutating func formUnion(_ other: CapabilitySet) { rawValue |= other.rawValue }

    /// Keeps only what is in `other` too.
    public mutating func formIntersection(_ other: CapabilitySet) { rawValue &= other.rawValue }

    /// Keeps what is in exactly one of the two.
    public mutating func formSymmetricDifference(_ other: CapabilitySet) { rawValue ^= other.rawValue }

    private static func bit(of capability: Capability) -> UInt64 { 1 << UInt64(capability.rawValue) }
}

extension CapabilitySet: Sequence {
    /// Gives the members in ascending order.
    public struct Iterator: IteratorProtocol {
        var rest: UInt64

        /// The next member; nil after the last.
        public mutating func next() -> Capability? {
            guard rest != 0 else { return nil }
            let number = rest.trailingZeroBitCount
            rest &= rest - 1
            return Capability(number: UInt8(truncatingIfNeeded: number))
        }
    }

    /// Creates an iterator over the members, in ascending order.
    public func makeIterator() -> Iterator { Iterator(rest: rawValue) }

    /// How many capabilities are in the set.
    public var count: Int { rawValue.nonzeroBitCount }
}
