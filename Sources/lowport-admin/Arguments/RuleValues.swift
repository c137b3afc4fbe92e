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

/// `--on 127.0.0.1`.
struct AddressArgument {
    let address: IPAddress

    /// Parses one numeric address, which may be in brackets.
    static func parse(_ argument: String) throws -> AddressArgument {
        let text = ByteString(argument: argument)
        if text == "localhost" { throw ValidationError("localhost is two addresses: name 127.0.0.1 or ::1") }
        guard let address = IPAddress(text.withoutBrackets) else {
            throw ValidationError("expected an address such as 127.0.0.1 or ::1")
        }
        return AddressArgument(address: address)
    }
}

extension ByteString {
    /// An address without the brackets that it has before a port: `[::1]`.
    fileprivate var withoutBrackets: ByteString {
        hasPrefix("[") && hasSuffix("]") && count > 2 ? ByteString(bytes[1..<count - 1]) : self
    }
}
