// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// What an entry of the policy map is looked up by: whom it is for, and which binds.
///
/// In memory: the prefix length in bits, then kind and principal of four bytes each, protocol, port, space and scope of
/// two each, and the address. The scope is 1 for a wildcard. Everything is in the order of the machine but the port and the address, which are in
/// network order, as the kernel shows them to the program. A longest-prefix match finds the narrowest scope.
struct PolicyKey: Hashable, Sendable {
    /// The requester that an entry is for; the number is the same as in the map.
    enum Kind: UInt32, Sendable, CaseIterable {
        case everyone, user, group
        case confinedUser, confinedGroup
    }

    /// The part in front of the address, which always has to be equal.
    struct Head: Hashable, Sendable {
        let kind: Kind
        let principal: UInt32
        let transport: TransportProtocol
        let port: Port
    }

    /// Which addresses are meant.
    enum AddressScope: Hashable, Sendable {
        /// Any port and any protocol: for confinement, which has no scope.
        case nothing
        /// All addresses of all spaces.
        case everywhere
        /// All addresses of a space.
        case space(AddressSpace)
        /// The wildcard of a space.
        case wildcard(AddressSpace)
        /// The addresses of a block, which is not all of its space, but no wildcard.
        case block(AddressBlock)
    }

    let head: Head
    let scope: AddressScope

    /// The size in memory.
    static let size = 36

    /// How the map holds it.
    var bytes: [UInt8] {
        var bytes = MapBytes()
        bytes.append(length)
        bytes.append(head.kind.rawValue)
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
    /// The protocol as map and events have it.
    var code: UInt16 { UInt16(rawValue) }

    init(code: UInt16) { self = UInt8(exactly: code).flatMap(TransportProtocol.init(rawValue:)) ?? .other }
}

/// Gathers numbers in the order of the machine.
struct MapBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger & UnsignedInteger) {
        for index in 0..<(value.bitWidth / 8) {
            #if _endian(little)
                bytes.append(UInt8(truncatingIfNeeded: value >> (index * 8)))
            #else
                bytes.append(UInt8(truncatingIfNeeded: value >> (value.bitWidth - 8 - index * 8)))
            #endif
        }
    }
}
