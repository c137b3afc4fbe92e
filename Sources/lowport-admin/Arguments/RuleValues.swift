// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy

/// `--protocol tcp|udp|any`.
struct ProtocolChoice {
    let transports: TransportSet

    /// Parses the words of the rules file: `tcp`, `udp`, `tcp,udp` or `any`.
    static func parse(_ argument: String) throws -> ProtocolChoice {
        let word = ByteString(argument: argument)
        if word == TransportSet.any.byteString { return ProtocolChoice(transports: .any) }
        let parts = word.split(on: UInt8(ascii: ",")).map { part in TransportProtocol.words.first { $0.name == part } }
        var transports: TransportSet = []
        for part in parts {
            guard let part else { throw ValidationError("expected tcp, udp, tcp,udp or any") }
            transports.formUnion(TransportSet(part))
        }
        return ProtocolChoice(transports: transports)
    }

    /// The words, for completion.
    static var words: [String] {
        TransportProtocol.words.map(\.name.description) + [TransportSet.any.byteString.description]
    }
}

/// `--on 127.0.0.0/8,::1`.
struct PrefixList {
    let prefixes: [AddressPrefix]

    /// Parses addresses and prefixes with commas; `localhost` is 127.0.0.1 and ::1.
    static func parse(_ argument: String) throws -> PrefixList {
        var prefixes: [AddressPrefix] = []
        for part in ByteString(argument: argument).split(on: UInt8(ascii: ",")) {
            if part == "localhost" {
                prefixes += (["127.0.0.1", "::1"] as [ByteString]).compactMap { AddressPrefix(text: $0) }
            } else if let prefix = AddressPrefix(text: part.withoutBrackets) {
                prefixes.append(prefix)
            } else {
                throw ValidationError("expected addresses such as 127.0.0.1, ::1 or 10.0.0.0/8")
            }
        }
        return PrefixList(prefixes: prefixes)
    }
}

/// `--on 127.0.0.1`, `--on fe80::1%eth0`.
struct AddressArgument {
    let address: IPAddress
    /// The number of the interface; 0 for none.
    let scope: UInt32

    /// Parses one numeric address, which may be in brackets, and have its interface behind it if it needs one.
    static func parse(_ argument: String) throws -> AddressArgument {
        let text = ByteString(argument: argument)
        if text == "localhost" { throw ValidationError("localhost is two addresses: name 127.0.0.1 or ::1") }
        let parts = text.withoutBrackets.split(on: UInt8(ascii: "%"))
        guard let address = IPAddress(parts[0]), parts.count < 3 else {
            throw ValidationError("expected an address such as 127.0.0.1 or ::1")
        }
        guard parts.count == 2 else { return AddressArgument(address: address, scope: 0) }
        guard case .v6(let number) = address, number.needsInterface else {
            throw ValidationError("only a link-local address has an interface")
        }
        let zone = Digits.number(parts[1], upTo: UInt64(UInt32.max)).map { UInt32($0) }
        guard let scope = zone ?? NetworkInterface.index(of: parts[1]), NetworkInterface.name(of: scope) != nil else {
            throw ValidationError("there is no such interface")
        }
        return AddressArgument(address: address, scope: scope)
    }
}

extension ByteString {
    /// An address without the brackets that it has before a port: `[::1]`.
    fileprivate var withoutBrackets: ByteString {
        hasPrefix("[") && hasSuffix("]") && count > 2 ? ByteString(bytes[1..<count - 1]) : self
    }
}
