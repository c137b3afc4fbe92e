// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// The key of an entry in the policy map: the principal, and the binds that the entry covers.
///
/// Memory layout: the prefix length in bits; kind and principal, four bytes each, with the number of the program above
/// the kind; protocol, port, space and scope, two bytes each; the address. The scope is 1 for a wildcard. Port and address are in network order, as the kernel
/// presents them to the program; everything else is in native byte order. A longest-prefix match finds the narrowest
/// scope.
struct PolicyKey: Hashable, Sendable {
    /// The kind of principal; the map uses the same numbers.
    enum Kind: UInt32, Sendable, CaseIterable {
        case everyone, user, group
        case confinedUser, confinedGroup
    }

    /// The part in front of the address, which must always match exactly.
    struct Head: Hashable, Sendable {
        let kind: Kind
        let principal: UInt32
        /// The number of the program that the principal has to execute; 0 for any.
        var program: UInt32 = 0
        let transport: TransportProtocol
        let port: Port
    }

    /// The addresses that an entry covers.
    enum AddressScope: Hashable, Sendable {
        /// Any port and any protocol: for confinement, which has no scope.
        case nothing
        /// All addresses in all spaces.
        case everywhere
        /// All addresses in one space.
        case space(AddressSpace)
        /// The wildcard address of one space.
        case wildcard(AddressSpace)
        /// The addresses of a block that is smaller than its space, without the wildcard.
        case block(AddressBlock)
    }

    let head: Head
    let scope: AddressScope

    /// The position of the program's number in the word of the kind, in bits.
    static let programShift: Int32 = 8
    /// The most programs that can be told apart.
    static let mostPrograms = 1 << 23

    /// The size of a key in bytes.
    static let size = 36

    /// The key as stored in the map.
    var bytes: [UInt8] {
        var bytes = MapBytes()
        bytes.append(length)
        bytes.append(head.kind.rawValue | head.program << UInt32(Self.programShift))
        bytes.append(head.principal)
        bytes.append(head.transport.code)
        bytes.append(head.port.networkOrder)
        bytes.append(space?.rawValue ?? 0)
        bytes.append(UInt16(isWildcard ? 1 : 0))
        return bytes.bytes + address
    }

    private var length: UInt32 {
        switch scope {
        case .nothing: 64
        case .everywhere: 96
        case .space: 112
        case .wildcard: 128
        case .block(let block): 128 + UInt32(block.length)
        }
    }

    private var space: AddressSpace? {
        switch scope {
        case .nothing, .everywhere: nil
        case .space(let space), .wildcard(let space): space
        case .block(let block): block.space
        }
    }

    private var isWildcard: Bool { if case .wildcard = scope { true } else { false } }

    private var address: [UInt8] {
        let bits: UInt128 = if case .block(let block) = scope { block.bits } else { 0 }
        return (0..<16).map { UInt8(truncatingIfNeeded: bits >> UInt128(120 - $0 * 8)) }
    }
}

extension TransportProtocol {
    /// The protocol number in maps and events.
    var code: UInt16 { UInt16(rawValue) }

    init(code: UInt16) { self = UInt8(exactly: code).flatMap(TransportProtocol.init(rawValue:)) ?? .other }
}

/// Collects numbers in native byte order.
struct MapBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger & UnsignedInteger) {
        for index in 0..<(value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> (index * 8)))
        }
    }
}
