// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// What one line of a byuid file allows: a range of addresses of one family, and a range of ports.
///
///     A.B.C.D/LEN:MIN,MAX
///     ADDR,PORTS    ADDR-ADDR,PORTS    ADDR/LEN,PORTS        PORTS is N or N-M
///
/// Any line that is not exactly one of these forms is silently ignored, as by authbind 2.1.3.
package struct ByuidRule {
    package let family: Family
    package let first: UInt128
    package let last: UInt128
    package let lowest: UInt32
    package let highest: UInt32

    package enum Family { case v4, v6 }

    /// Whether the rule allows `port` at `address`.
    package func covers(_ address: IPAddress, _ port: Port) -> Bool {
        let (family, number) = Self.number(of: address)
        return family == self.family && first <= number && number <= last
            && lowest <= UInt32(port.rawValue) && UInt32(port.rawValue) <= highest
    }

    /// Parses `line`, which has no line end; nil if it is not a rule.
    package init?(_ line: ArraySlice<UInt8>) {
        if let rule = ByuidRule(classic: line) ?? ByuidRule(modern: line) {
            self = rule
        } else {
            return nil
        }
    }

    private init(_ family: Family, _ addresses: (first: UInt128, last: UInt128), ports: (UInt32, UInt32)) {
        self.family = family
        (first, last) = addresses
        (lowest, highest) = ports
    }

    /// `A.B.C.D/LEN:MIN,MAX`.
    private init?(classic line: ArraySlice<UInt8>) {
        var scanner = ByuidScanner(line)
        var address: UInt128 = 0
        for position in 0..<4 {
            if position > 0, !scanner.skip(UInt8(ascii: ".")) { return nil }
            guard let byte = scanner.number(), byte <= 255 else { return nil }
            address = address << 8 | UInt128(byte)
        }
        guard scanner.skip(UInt8(ascii: "/")), let length = scanner.number(), scanner.skip(UInt8(ascii: ":")),
            let minimum = scanner.number(), scanner.skip(UInt8(ascii: ",")), let maximum = scanner.number(),
            minimum <= 65535, maximum <= 65535
        else { return nil }
        scanner.skipBlanks()
        guard scanner.isAtEnd, let addresses = Self.prefix(address, length, of: 32) else { return nil }
        self.init(.v4, addresses, ports: (minimum, maximum))
    }

    /// The forms with a comma between the addresses and the ports.
    private init?(modern line: ArraySlice<UInt8>) {
        var scanner = ByuidScanner(line)
        guard let (family, address) = Self.address(scanner.text(upTo: "-/,")) else { return nil }
        var addresses = (first: address, last: address)
        if scanner.skip(UInt8(ascii: "-")) {
            guard let (other, last) = Self.address(scanner.text(upTo: ",")), other == family else { return nil }
            addresses.last = last
        } else if scanner.skip(UInt8(ascii: "/")) {
            guard let length = scanner.number(minus: false),
                let prefix = Self.prefix(address, length, of: family == .v4 ? 32 : 128)
            else { return nil }
            addresses = prefix
            scanner.skipBlanks()
        }
        guard scanner.skip(UInt8(ascii: ",")), let minimum = scanner.number() else { return nil }
        var maximum = minimum
        if scanner.skip(UInt8(ascii: "-")) {
            guard let number = scanner.number() else { return nil }
            maximum = number
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { return nil }
        self.init(family, addresses, ports: (minimum, maximum))
    }

    /// The addresses whose first `length` bits are those of `address`; nil if other bits of `address` are set.
    private static func prefix(
        _ address: UInt128,
        _ length: UInt32,
        of width: UInt32
    ) -> (first: UInt128, last: UInt128)? {
        guard length <= width else { return nil }
        let free = width - length
        let mask: UInt128 = free == 128 ? .max : (1 << UInt128(free)) - 1
        return address & mask == 0 ? (address, address | mask) : nil
    }

    private static func address(_ text: ArraySlice<UInt8>) -> (Family, UInt128)? {
        IPAddress(ByteString(text)).map { number(of: $0) }
    }

    private static func number(of address: IPAddress) -> (Family, UInt128) {
        switch address {
        case .v4(let address): (.v4, UInt128(address.rawValue))
        case .v6(let address): (.v6, UInt128(address.high) << 64 | UInt128(address.low))
        }
    }
}
