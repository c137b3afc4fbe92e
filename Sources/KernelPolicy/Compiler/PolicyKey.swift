// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// What an entry of the policy map is looked up by: whom it is for, and which binds.
///
/// In memory: the prefix length in bits, then kind and identity of four bytes each, protocol, port, family and scope of
/// two each, and the address. Everything is in the order of the machine but the port and the address, which are in
/// network order, as the kernel shows them to the program. A longest-prefix match finds the narrowest reach.
struct PolicyKey: Hashable, Sendable {
    /// Whom an entry is for; the number is the same as in the map.
    enum Kind: UInt32, Sendable, CaseIterable {
        case everyone, user, group
        case confinedUser, confinedGroup
    }

    /// The part in front of the address, which always has to be equal.
    struct Head: Hashable, Sendable {
        let kind: Kind
        let identity: UInt32
        let transport: TransportProtocol
        let port: Port
    }

    /// Which addresses are meant.
    enum Reach: Hashable, Sendable {
        /// Any port and any protocol: for confinement, which has no reach.
        case nothing
        /// All addresses of both families.
        case everywhere
        /// All addresses of the family of a prefix of length 0, or the addresses of a longer one but no wildcard.
        case prefix(AddressPrefix)
    }

    let head: Head
    let reach: Reach

    /// The size in memory.
    static let size = 36

    /// How the map holds it.
    var bytes: [UInt8] {
        var bytes = MapBytes()
        bytes.append(length)
        bytes.append(head.kind.rawValue)
        bytes.append(head.identity)
        bytes.append(head.transport.code)
        bytes.append(head.port.networkOrder)
        bytes.append(family)
        bytes.append(UInt16(0))
        return bytes.bytes + address + [UInt8](repeating: 0, count: 16 - address.count)
    }

    private var length: UInt32 {
        switch reach {
        case .nothing: 64
        case .everywhere: 96
        case .prefix(let prefix) where prefix.length == 0: 112
        case .prefix(let prefix): 128 + UInt32(prefix.length)
        }
    }

    private var family: UInt16 {
        guard case .prefix(let prefix) = reach else { return 0 }
        return if case .v4 = prefix.address { AddressFamilyCode.v4 } else { AddressFamilyCode.v6 }
    }

    private var address: [UInt8] {
        guard case .prefix(let prefix) = reach else { return [] }
        return switch prefix.address {
        case .v4(let address): [UInt8](IPv6Address(mapping: address).networkBytes.suffix(4))
        case .v6(let address): address.networkBytes
        }
    }
}

/// The families as map and events have them.
enum AddressFamilyCode {
    static let v4: UInt16 = 4
    static let v6: UInt16 = 6
}

extension TransportProtocol {
    /// The protocol as map and events have it.
    var code: UInt16 {
        switch self {
        case .tcp: 0
        case .udp: 1
        case .other: 2
        }
    }

    init(code: UInt16) { self = code == 0 ? .tcp : code == 1 ? .udp : .other }
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
