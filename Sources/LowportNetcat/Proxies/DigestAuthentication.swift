// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A challenge of the scheme Digest with MD5 (RFC 7616, RFC 2617): the password itself is not sent.
struct DigestChallenge: Equatable {
    /// The whole challenge.
    private let challenge: HTTPAuthentication
    private let realm: ByteString
    private let nonce: ByteString
    /// Whether the answer has a count and a nonce of the client (`qop=auth`).
    private let counts: Bool

    /// Takes a challenge; nil unless it is one that can be answered.
    init?(_ challenge: HTTPAuthentication) {
        guard challenge.isOf("digest"), let realm = challenge["realm"], let nonce = challenge["nonce"],
            (challenge["algorithm"] ?? "MD5").isEqualIgnoringCase("MD5")
        else { return nil }
        let qualities = challenge["qop"]?.split(on: UInt8(ascii: ",")).map { HTTPField.trimmed($0.bytes[...]) }
        if let qualities, !qualities.contains(where: { $0.isEqualIgnoringCase("auth") }) { return nil }
        self.challenge = challenge
        self.realm = realm
        self.nonce = nonce
        counts = qualities != nil
    }

    /// Whether only the nonce of the last answer was too old.
    var isStale: Bool { challenge["stale"]?.isEqualIgnoringCase("true") ?? false }

    /// The text of the field that answers the challenge.
    /// - Parameters:
    ///   - credentials: the user and the password.
    ///   - method: the method of the request.
    ///   - target: the target of the request, as it stands there.
    ///   - clientNonce: a text that was not used before.
    func answer(
        for credentials: Credentials,
        _ method: ByteString,
        _ target: ByteString,
        clientNonce: ByteString
    ) -> ByteString {
        let count = "00000001" as ByteString
        let response = DigestChallenge.response(
            credentials,
            realm: realm,
            nonce: counts ? "\(nonce):\(count):\(clientNonce):auth" : nonce,
            method,
            target
        )
        var text = "Digest username=\(HTTPAuthentication.quoted(credentials.user))" as ByteString
        text += ", realm=\(HTTPAuthentication.quoted(realm)), nonce=\(HTTPAuthentication.quoted(nonce))"
        text += ", uri=\(HTTPAuthentication.quoted(target)), response=\"\(response)\""
        if challenge["algorithm"] != nil { text += ", algorithm=MD5" }
        if counts { text += ", qop=auth, nc=\(count), cnonce=\"\(clientNonce)\"" }
        if let opaque = challenge["opaque"] { text += ", opaque=\(HTTPAuthentication.quoted(opaque))" }
        return text
    }

    /// The proof that the sender knows the password.
    /// - Parameter nonce: the nonce; with a count, also the count, the nonce of the client and the quality.
    fileprivate static func response(
        _ credentials: Credentials,
        realm: ByteString,
        nonce: ByteString,
        _ method: ByteString,
        _ target: ByteString
    ) -> ByteString {
        let secret = MD5.hexadecimal("\(credentials.user):\(realm):\(credentials.password)")
        return MD5.hexadecimal("\(secret):\(nonce):\(MD5.hexadecimal("\(method):\(target)"))")
    }
}

/// The challenges of a proxy of ours, which all its processes recognize without keeping them.
struct DigestChallenger {
    /// The answer to a challenge.
    enum Verdict: Equatable {
        case right, wrong
        /// Right, but for a challenge of long ago.
        case stale
    }

    /// For how many seconds a challenge may be answered.
    private static var lifetime: Int { 300 }
    private static var realm: ByteString { "nc" }

    private let secret: ByteString
    private let start = Instant.now

    /// Creates challenges that nobody else can make.
    init() {
        let (high, low) = (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))
        secret = ByteString(hexadecimal: high, digits: 16) + ByteString(hexadecimal: low, digits: 16)
    }

    /// The text of the field of a challenge.
    /// - Parameter isStale: whether the last answer came too late.
    func challenge(isStale: Bool) -> ByteString {
        let nonce = nonce(at: ByteString(decimal: start.elapsed.rawValue / 1000))
        let text = "Digest realm=\"\(DigestChallenger.realm)\", nonce=\"\(nonce)\", qop=\"auth\"" as ByteString
        return isStale ? text + ", stale=true" : text
    }

    private func nonce(at time: ByteString) -> ByteString { "\(time)-\(MD5.hexadecimal("\(time):\(secret)"))" }

    /// Judges an answer.
    /// - Parameters:
    ///   - answer: the credentials that the client sent.
    ///   - expected: the right user and password.
    ///   - method: the method of the request.
    ///   - targets: the target of the request, in each form that the client may have taken.
    func judge(
        _ answer: HTTPAuthentication,
        _ expected: Credentials,
        _ method: ByteString,
        _ targets: [ByteString]
    ) -> Verdict {
        guard answer.isOf("digest"), answer["username"] == expected.user,
            answer["realm"] == DigestChallenger.realm,
            let nonce = answer["nonce"], let response = answer["response"],
            let target = answer["uri"], targets.contains(target),
            (answer["algorithm"] ?? "MD5").isEqualIgnoringCase("MD5")
        else { return .wrong }
        var proven = nonce
        if let quality = answer["qop"] {
            guard quality.isEqualIgnoringCase("auth"), let count = answer["nc"], let clients = answer["cnonce"] else {
                return .wrong
            }
            proven = "\(nonce):\(count):\(clients):\(quality)"
        }
        let right = DigestChallenge.response(
            expected,
            realm: DigestChallenger.realm,
            nonce: proven,
            method,
            target
        )
        guard response.isEqualIgnoringCase(right) else { return .wrong }
        let time = ByteString(nonce.bytes.prefix { $0 != UInt8(ascii: "-") })
        guard nonce == self.nonce(at: time), let made = Digits.number(time, upTo: 1 << 40) else { return .wrong }
        return start.elapsed.rawValue / 1000 - Int(made) <= DigestChallenger.lifetime ? .right : .stale
    }
}
