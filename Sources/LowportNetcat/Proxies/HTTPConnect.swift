// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Requests a connection from an HTTP proxy (RFC 9110, 9.3.6).
struct HTTPConnect {
    /// How the client proves who its user is.
    enum Authorization: Equatable {
        case none
        /// User and password (RFC 7617).
        case basic(Credentials)
        /// The answer to a challenge.
        case digest(DigestChallenge, Credentials)
    }

    private let exchange: ByteExchange
    private let authorization: Authorization

    /// Creates a client that uses `exchange`.
    init(_ exchange: ByteExchange, _ authorization: Authorization) {
        self.exchange = exchange
        self.authorization = authorization
    }

    /// Requests `port` of `host`.
    /// - Parameter takesChallenges: whether status 407 is not an error.
    /// - Returns: nil if the proxy connects, and its challenges if it wants to know the user.
    func connect(
        to host: ByteString,
        _ port: Port,
        takesChallenges: Bool = false
    ) throws(NetcatError) -> Challenges? {
        // A host name must not contain characters that have a meaning in a request.
        let reserved = Array("\r\n\t []".utf8)
        if host.bytes.contains(where: { reserved.contains($0) }) { throw NetcatError("Invalid hostname") }
        let name: ByteString = IPv6Address(host) == nil ? host : "[\(host)]"
        let target = "\(name):\(port)" as ByteString
        var request = "CONNECT \(target) HTTP/1.0\r\n" as ByteString
        if request.count >= 1024 { throw NetcatError("hostname too long") }
        if let field = field(for: target) { request += "Proxy-Authorization: \(field)\r\n" }
        try exchange.send((request + "\r\n").bytes)
        let status = try exchange.receiveLine(limit: 1024)
        // Any version for 407, and any text after the number.
        let isGood = status.hasPrefix("HTTP/1.0 200") || status.hasPrefix("HTTP/1.1 200")
        let isChallenge = takesChallenges && status.bytes.dropFirst(9).starts(with: ByteString("407").bytes)
        var challenges = Challenges(status: status)
        guard isGood || isChallenge else { throw challenges.error }
        for _ in 0..<1000 {
            let line: ByteString
            do throws(NetcatError) {
                line = try exchange.receiveLine(limit: 65536)
            } catch {
                throw isGood ? error : challenges.error
            }
            if line.isEmpty { return isGood ? nil : challenges }
            if let offer = HTTPField(line, named: "proxy-authenticate") {
                challenges.offers += HTTPAuthentication.list(offer.text)
            }
        }
        throw NetcatError("Too many proxy headers received")
    }

    private func field(for target: ByteString) -> ByteString? {
        switch authorization {
        case .none: return nil
        case .basic(let credentials): return "Basic \(Base64.encode(credentials.text))"
        case .digest(let challenge, let credentials):
            let nonce = ByteString(hexadecimal: UInt64.random(in: 0 ... .max), digits: 16)
            return challenge.answer(for: credentials, "CONNECT", target, clientNonce: nonce)
        }
    }
}

/// What a proxy says that wants to know the user.
struct Challenges {
    /// The first line of its answer.
    let status: ByteString
    /// The challenges, in order.
    var offers: [HTTPAuthentication] = []

    /// The error if none of them can be answered.
    var error: NetcatError { NetcatError("Proxy error: \"\(status)\"") }

    /// What to answer after `last` with `credentials`: Digest is better than Basic, and nothing is tried twice unless only
    /// the challenge was too old. nil if there is nothing to try.
    func authorization(_ credentials: Credentials, after last: HTTPConnect.Authorization) -> HTTPConnect.Authorization?
    {
        var digest: DigestChallenge?
        for offer in offers where digest == nil { digest = DigestChallenge(offer) }
        switch last {
        case .digest:
            guard let digest, digest.isStale else { return nil }
            return .digest(digest, credentials)
        case .basic: return digest.map { .digest($0, credentials) }
        case .none:
            if let digest { return .digest(digest, credentials) }
            return offers.contains { $0.isOf("basic") } ? .basic(credentials) : nil
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
