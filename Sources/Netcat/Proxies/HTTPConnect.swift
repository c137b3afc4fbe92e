// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Requests a connection from an HTTP proxy (RFC 9110, 9.3.6), with Basic credentials if given (RFC 7617).
struct HTTPConnect {
    private let exchange: ByteExchange
    private let credentials: Credentials?

    /// Creates a client that uses `exchange`.
    init(_ exchange: ByteExchange, _ credentials: Credentials?) {
        self.exchange = exchange
        self.credentials = credentials
    }

    /// Requests `port` of `host`.
    /// - Parameter takesChallenge: whether status 407 is not an error.
    /// - Returns: false if the proxy answered 407 and accepts Basic.
    func connect(to host: ByteString, _ port: Port, takesChallenge: Bool = false) throws(NetcatError) -> Bool {
        // A host name must not contain characters that have a meaning in a request.
        let reserved = Array("\r\n\t []".utf8)
        if host.bytes.contains(where: { reserved.contains($0) }) { throw NetcatError("Invalid hostname") }
        let name: ByteString = IPv6Address(host) == nil ? host : "[\(host)]"
        var request = "CONNECT \(name):\(port) HTTP/1.0\r\n" as ByteString
        if request.count >= 1024 { throw NetcatError("hostname too long") }
        if let credentials {
            let basic = Base64.encode(credentials.text)
            request += "Proxy-Authorization: Basic \(basic)\r\n"
        }
        try exchange.send((request + "\r\n").bytes)
        let status = try exchange.receiveLine(limit: 1024)
        // Any version for 407, and any text after the number.
        let isGood = status.hasPrefix("HTTP/1.0 200") || status.hasPrefix("HTTP/1.1 200")
        let isChallenge = takesChallenge && status.bytes.dropFirst(9).starts(with: ByteString("407").bytes)
        guard isGood || isChallenge else { throw NetcatError("Proxy error: \"\(status)\"") }
        var offersBasic = false
        for _ in 0..<1000 {
            let line = try exchange.receiveLine(limit: 65536)
            if line.isEmpty {
                if isChallenge && !offersBasic { throw NetcatError("Proxy error: \"\(status)\"") }
                return isGood
            }
            if let offer = HTTPField(line, named: "proxy-authenticate"), HTTPConnect.offersBasic(offer.text) {
                offersBasic = true
            }
        }
        throw NetcatError("Too many proxy headers received")
    }

    /// Whether one of the comma-separated challenges in `text` is Basic (RFC 9110, 11.6.1).
    static func offersBasic(_ text: ByteString) -> Bool {
        text.split(on: UInt8(ascii: ",")).contains { challenge in
            let word = challenge.bytes.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 }
            return ByteString(word).isEqualIgnoringCase("basic")
        }
    }
}

/// Base64 with `+` and `/` (RFC 4648, 4).
enum Base64 {
    /// The text for `bytes`, padded with `=`.
    static func encode(_ bytes: ByteString) -> ByteString {
        var result: [UInt8] = []
        var rest = bytes.bytes[...]
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                result.append(index <= group.count ? letter(bits >> UInt32(18 - 6 * index) & 63) : UInt8(ascii: "="))
            }
        }
        return ByteString(result)
    }

    private static func letter(_ value: UInt32) -> UInt8 {
        switch UInt8(value) {
        case let value where value < 26: value + UInt8(ascii: "A")
        case let value where value < 52: value - 26 + UInt8(ascii: "a")
        case let value where value < 62: value - 52 + UInt8(ascii: "0")
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }
}
