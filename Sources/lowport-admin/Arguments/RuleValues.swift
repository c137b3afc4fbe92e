// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy

/// `--protocol tcp|udp|any`.
struct ProtocolChoice: ExpressibleByArgument {
    let transports: TransportSet

    init?(argument: String) {
        guard let choice = Self.choices.first(where: { $0.byteString == ByteString(argument: argument) }) else {
            return nil
        }
        transports = choice
    }

    private init(_ transports: TransportSet) { self.transports = transports }

    static var tcp: ProtocolChoice { ProtocolChoice(.tcp) }
    static var any: ProtocolChoice { ProtocolChoice(.any) }

    private static var choices: [TransportSet] { TransportProtocol.words.map { TransportSet($0) } + [.any] }

    static var allValueStrings: [String] { choices.map { $0.byteString.description } }

    var defaultValueDescription: String { transports.byteString.description }
}

/// `--on 127.0.0.0/8,::1`.
struct PrefixList: ExpressibleByArgument {
    let prefixes: [AddressPrefix]

    init?(argument: String) {
        var prefixes: [AddressPrefix] = []
        for part in ByteString(argument: argument).split(on: UInt8(ascii: ",")) {
            guard let prefix = AddressPrefix(text: part) else { return nil }
            prefixes.append(prefix)
        }
        self.prefixes = prefixes
    }
}

/// `--until 2026-12-01T12:00:00Z`.
struct TimestampArgument: ExpressibleByArgument {
    let time: Timestamp

    init?(argument: String) {
        guard let time = Timestamp(ByteString(argument: argument)) else { return nil }
        self.time = time
    }
}

/// `--for 90s`, `30m`, `2h`, `7d` or `1w`.
struct DurationArgument: ExpressibleByArgument {
    let seconds: Int64

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let count = Digits.number(ByteString(argument: String(argument.dropLast())), upTo: 1_000_000), count > 0
        else { return nil }
        seconds = Int64(count) * unit
    }
}

/// `--on 127.0.0.1`.
struct AddressArgument: ExpressibleByArgument {
    let address: IPAddress

    init?(argument: String) {
        guard let address = IPAddress(ByteString(argument: argument)) else { return nil }
        self.address = address
    }
}
