// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// The kind of address that a socket is bound to; maps and events use the same numbers.
enum AddressSpace: UInt16, Hashable, Sendable {
    /// An address of an IPv4 socket.
    case v4 = 4
    /// An address of an IPv6 socket.
    case v6 = 6
    /// An IPv4-mapped address of an IPv6 socket, stored as the IPv4 address that it contains.
    ///
    /// Rules treat it as IPv4. The authbind tree treats it as IPv6, so it is a space of its own.
    case mapped = 46

    /// The number of bits in an address.
    var width: Int { self == .v6 ? 128 : 32 }
}

/// The addresses of one space that share a prefix.
struct AddressBlock: Hashable, Sendable {
    let space: AddressSpace
    /// The first address; its first bit is the most significant bit of the number.
    let bits: UInt128
    /// The length of the prefix in bits.
    let length: Int

    /// Creates the block of `prefix` in `space`, which must be of the same address family.
    init(_ prefix: AddressPrefix, in space: AddressSpace) {
        self.space = space
        length = prefix.length
        bits =
            switch prefix.address {
            case .v4(let address): UInt128(address.rawValue) << 96
            case .v6(let address): UInt128(address.high) << 64 | UInt128(address.low)
            }
    }

    private init(_ space: AddressSpace, _ bits: UInt128, _ length: Int) {
        self.space = space
        self.bits = bits
        self.length = length
    }

    /// Whether all addresses of `other` are in this block.
    func contains(_ other: AddressBlock) -> Bool {
        space == other.space && length <= other.length && other.bits & Self.mask(length) == bits
    }

    /// Orders blocks by space, then by address, wider blocks first, so that a block comes directly after those that
    /// contain it.
    static func precedes(_ left: AddressBlock, _ right: AddressBlock) -> Bool {
        (left.space.rawValue, left.bits, left.length) < (right.space.rawValue, right.bits, right.length)
    }

    /// Returns the smallest set of blocks that covers `first`-`last` in `space`; both are numbers of the width of
    /// `space`.
    static func covering(_ first: UInt128, _ last: UInt128, in space: AddressSpace) -> [AddressBlock] {
        let width = space.width
        var blocks: [AddressBlock] = []
        var start = first
        while true {
            // As many free bits as `start` has trailing zeros and `last` leaves room for.
            var free = min(start.trailingZeroBitCount, width)
            while free > 0, start | ~(.max << UInt128(free)) > last { free -= 1 }
            blocks.append(AddressBlock(space, start << UInt128(128 - width), width - free))
            let end = free == 128 ? .max : start | ~(.max << UInt128(free))
            if end >= last { return blocks }
            start = end + 1
        }
    }

    /// All of `space` in two blocks; a block never includes the wildcard.
    static func halves(of space: AddressSpace) -> [AddressBlock] {
        [AddressBlock(space, 0, 1), AddressBlock(space, 1 << 127, 1)]
    }

    private static func mask(_ length: Int) -> UInt128 { length == 0 ? 0 : .max << UInt128(128 - length) }
}
