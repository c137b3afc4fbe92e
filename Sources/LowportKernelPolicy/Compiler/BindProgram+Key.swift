// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Building the key of a policy map lookup, except for the principal.
extension BindProgram {
    /// r7 = protocol and port, as four bytes of the key, in front of space and scope.
    mutating func findTransportAndPort() {
        code.remark("protocol (MPTCP is TCP, UDP-Lite is UDP) and port")
        let known = code.label("transport")
        code.load(.r1, .word, .r6, Context.transport)
        for transport in TransportProtocol.allCases {
            for number in transport.protocolNumbers {
                code.moveWide(.r7, PackedWord.field(transport.code, 0))
                code.jump(.r1, .equal, number, to: known)
            }
        }
        code.moveWide(.r7, PackedWord.field(TransportProtocol.other.code, 0))
        code.bind(known)
        code.load(.r1, .word, .r6, Context.port)
        code.compute(.r1, .shiftLeft, PackedWord.place(2))
        code.compute(.r7, .or, .r1)
    }

    /// Stores the key except for the principal: the address, its space, and the scope, which is 1 for a wildcard. An
    /// IPv4-mapped address is stored as the IPv4 address that it contains.
    mutating func storeKey() {
        code.remark("address")
        code.store(.word, Stack.key, 256)
        switch family {
        case .v4:
            code.load(.r1, .word, .r6, Context.address4)
            storeShortAddress(in: .v4, .r1)
        case .v6:
            let (stored, ipv6, mapped) = (code.label("address"), code.label("ipv6"), code.label("mapped"))
            for (index, register) in [Register.r1, .r2, .r3, .r4].enumerated() {
                code.load(register, .word, .r6, Context.address6 + Int16(index) * 4)
            }
            code.jump(.r1, .notEqual, 0, to: ipv6)
            code.jump(.r2, .notEqual, 0, to: ipv6)
            code.move(.r5, .r3)
            code.swapToNetworkOrder(.r5, bits: 32)
            code.jump(.r5, .equal, 0xFFFF, to: mapped)
            code.bind(ipv6)
            joinWords(.r1, .r2)
            joinWords(.r3, .r4)
            code.store(.double, Stack.address, .r1)
            code.store(.double, Stack.address + 8, .r3)
            code.compute(.r1, .or, .r3)
            storeScope(in: .v6, .r1)
            code.jump(to: stored)
            code.bind(mapped)
            storeShortAddress(in: .mapped, .r4)
            code.bind(stored)
        }
        code.store(.double, Stack.transport, .r7)
    }

    /// `first` = the two words joined in memory order.
    private mutating func joinWords(_ first: Register, _ second: Register) {
        code.compute(second, .shiftLeft, PackedWord.place(4))
        code.compute(first, .or, second)
    }

    /// Stores the four-byte address in `word`, followed by twelve zero bytes.
    private mutating func storeShortAddress(in space: AddressSpace, _ word: Register) {
        code.store(.double, Stack.address, word)
        code.store(.double, Stack.address + 8, 0)
        storeScope(in: space, word)
    }

    /// Adds space and scope to r7; `bits` is 0 for a wildcard.
    private mutating func storeScope(in space: AddressSpace, _ bits: Register) {
        let specific = code.label("specific")
        code.moveWide(.r5, PackedWord.field(space.rawValue, 4))
        code.compute(.r7, .or, .r5)
        code.jump(bits, .notEqual, 0, to: specific)
        code.moveWide(.r5, PackedWord.field(1, 6))
        code.compute(.r7, .or, .r5)
        code.bind(specific)
    }
}
