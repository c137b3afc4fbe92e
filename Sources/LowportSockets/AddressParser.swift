// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Why a text is no address to listen on.
enum AddressFault: Error {
    case notNumeric, noBrackets, noPort, badPort, noSuchInterface, zoneOfNothing, noZone

    /// The fault, as the end of a sentence.
    var reason: String {
        switch self {
        case .notNumeric: "expected a numeric address, as in 127.0.0.1:80 or [::1]:80; names are not looked up"
        case .noBrackets: "an IPv6 address needs brackets, as in [::1]:80"
        case .noPort: "expected a port, as in 0.0.0.0:80"
        case .badPort: "expected a port, 0-65535, as in 0.0.0.0:80"
        case .noSuchInterface: "there is no such network interface"
        case .zoneOfNothing: "only a link-local address has an interface"
        case .noZone: "a link-local address needs its interface, as in [fe80::1%eth0]:80"
        }
    }
}

/// Parses the texts of addresses to listen on.
enum AddressParser {
    /// Parses `tcp:ADDRESS:PORT` and its shorter forms.
    static func address(in text: ByteString) throws(AddressFault) -> ListenAddress {
        var rest = text.bytes[...]
        var transport = ListenAddress.Transport.tcp
        for named in ListenAddress.Transport.all where rest.starts(with: "\(named):".utf8) {
            (transport, rest) = (named, rest.dropFirst("\(named):".utf8.count))
            break
        }
        guard let colon = rest.lastIndex(of: UInt8(ascii: ":")) else {
            guard let first = rest.first else { throw .noPort }
            if Digits.isDecimal(first), IPAddress(rest) == nil { return all(transport, try port(rest)) }
            throw IPAddress(rest) == nil ? .notNumeric : .noPort
        }
        let host = rest[..<colon]
        let digits = rest[(colon + 1)...]
        if host.isEmpty { return all(transport, try port(digits)) }
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
            let inner = host.dropFirst().dropLast()
            guard inner.contains(UInt8(ascii: ":")) else { throw .notNumeric }
            return ListenAddress(transport, try place(host: inner, try port(digits)))
        }
        if IPAddress(rest) != nil || host.contains(UInt8(ascii: ":")) {
            throw rest.contains(UInt8(ascii: "]")) ? .noPort : .noBrackets
        }
        return ListenAddress(transport, try place(host: host, try port(digits)))
    }

    /// Parses an address, without brackets, and with the interface of one that is link-local.
    static func place(host: ArraySlice<UInt8>, _ port: Port) throws(AddressFault) -> SocketAddress {
        let percent = host.firstIndex(of: UInt8(ascii: "%"))
        guard let address = IPAddress(host[..<(percent ?? host.endIndex)]) else { throw .notNumeric }
        guard case .v6(let v6) = address, v6.isLinkLocal else {
            if percent != nil { throw .zoneOfNothing }
            return SocketAddress(address, port)
        }
        guard let percent else { throw .noZone }
        let zone = ByteString(host[(percent + 1)...])
        let number = Digits.canonicalNumber(zone, upTo: UInt64(UInt32.max)).map { UInt32($0) }
        guard let scope = number ?? NetworkInterface.index(of: zone), scope != 0 else { throw .noSuchInterface }
        return SocketAddress(address, port, scope: scope)
    }

    private static func all(_ transport: ListenAddress.Transport, _ port: Port) -> ListenAddress {
        ListenAddress(transport, SocketAddress(.v6(.any), port), isForBothFamilies: true)
    }

    private static func port(_ digits: ArraySlice<UInt8>) throws(AddressFault) -> Port {
        guard let number = Digits.canonicalNumber(digits, upTo: 65535) else { throw .badPort }
        return Port(rawValue: UInt16(number))
    }
}

extension IPv6Address {
    /// Whether it is in fe80::/10 (RFC 4291, 2.5.6).
    fileprivate var isLinkLocal: Bool { high >> 54 == 0xFE80 >> 6 }
}
