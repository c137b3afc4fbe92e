// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// What kind of address a socket is bound to; the number is the same as in maps and events.
enum AddressSpace: UInt16, Hashable, Sendable {
    /// An address of an IPv4 socket.
    case v4 = 4
    /// An address of an IPv6 socket.
    case v6 = 6
    /// An IPv4-mapped address of an IPv6 socket, as the IPv4 address that it means.
    ///
    /// Rules judge it as IPv4. The authbind tree judges it as IPv6, so that the two spaces are not one.
    case mapped = 46

    /// How many bits an address has.
    var width: Int { self == .v6 ? 128 : 32 }
}

/// Addresses of one space that begin with the same bits.
struct AddressBlock: Hashable, Sendable {
    let space: AddressSpace
    /// The first address; its first bit is the highest of the number.
    let bits: UInt128
    /// How many bits count.
    let length: Int

    /// The block of `prefix` in `space`, which has the family of the prefix.
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

    /// By space, then by address, the wider first: so that a block comes right behind those that contain it.
    static func precedes(_ left: AddressBlock, _ right: AddressBlock) -> Bool {
        (left.space.rawValue, left.bits, left.length) < (right.space.rawValue, right.bits, right.length)
    }

    /// The fewest blocks that together are the addresses `first`-`last` of `space`, as numbers of its width.
    static func covering(_ first: UInt128, _ last: UInt128, in space: AddressSpace) -> [AddressBlock] {
        let width = space.width
        var blocks: [AddressBlock] = []
        var start = first
        while true {
            // As many free bits as the start has zeros at its end, and as the end leaves room for.
            var free = min(start.trailingZeroBitCount, width)
            while free > 0, start | ~(.max << UInt128(free)) > last { free -= 1 }
            blocks.append(AddressBlock(space, start << UInt128(128 - width), width - free))
            let end = free == 128 ? .max : start | ~(.max << UInt128(free))
            if end >= last { return blocks }
            start = end + 1
        }
    }

    /// All of `space`, in two blocks; a block never has the wildcard.
    static func halves(of space: AddressSpace) -> [AddressBlock] {
        [AddressBlock(space, 0, 1), AddressBlock(space, 1 << 127, 1)]
    }

    private static func mask(_ length: Int) -> UInt128 { length == 0 ? 0 : .max << UInt128(128 - length) }
}
