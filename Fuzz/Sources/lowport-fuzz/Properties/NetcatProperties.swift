// SPDX-License-Identifier: Apache-2.0
import LowportLinux

@testable import LowportNetcat

extension Property {
    /// What nc is told by its user and by peers.
    static let netcat = [
        Property(name: "options", check: checkOptions),
        Property(name: "access", check: checkAccess),
        Property(name: "telnet", check: checkTelnet),
        Property(name: "request", check: checkRequest),
        Property(name: "http", check: checkHTTP),
        Property(name: "socks", check: checkSocks),
    ]
}

/// A command line, a line an argument: it is understood, or somebody is told why not, in both dialects.
private func checkOptions(_ bytes: [UInt8]) throws {
    let arguments = ByteString(bytes).split(on: 0x0A)
    for dialect in [Dialect.openbsd, .ncat] {
        let invocation: Invocation
        do { invocation = try Invocation(arguments, dialect) } catch {
            try require(error.message != nil || error.showsUsage, "a fault that nobody is told of")
            continue
        }
        guard case .run(let options) = invocation else { continue }
        try require(!options.scans || !options.listens, "listens and scans")
        let isLocal = options.endpoint.usesDatagrams && options.endpoint.isUnix
        try require(!isLocal || !options.tls.isWanted, "TLS for datagrams of Unix sockets")
    }
}

/// A list of hosts: whatever it says, an IPv4 address and its IPv6 form are the same host.
private func checkAccess(_ bytes: [UInt8]) throws {
    guard let plain = IPAddress("192.0.2.7"), let mapped = IPAddress("::ffff:192.0.2.7") else { return }
    for word in AccessList.words(of: bytes) {
        try require(!word.isEmpty, "an empty word")
        guard let pattern = HostPattern(word) else { continue }
        try require(pattern.contains(plain) == pattern.contains(mapped), "two forms of one address are told apart")
    }
}

/// What a TELNET peer sends passes unchanged, and the answers do not depend on where it is cut.
private func checkTelnet(_ bytes: [UInt8]) throws {
    let input = bytes
    var (whole, cut): ([UInt8], [UInt8]) = ([], [])
    let first = TelnetFilter { whole += $0 }
    let second = TelnetFilter { cut += $0 }
    var passed = input
    first.apply(&passed)
    try require(passed == input, "the bytes were changed")
    for byte in input {
        var piece = [byte]
        second.apply(&piece)
    }
    try require(whole == cut && whole.count % 3 == 0 && whole.count <= input.count, "other answers")
}

/// A request to our HTTP proxy: what goes on to a server is one head, and says nothing of what is ours alone.
private func checkRequest(_ bytes: [UInt8]) throws {
    guard let request = HTTPRequest(ByteString(bytes).split(on: 0x0A)) else { return }
    _ = request.body
    _ = request.isAuthorized(by: "user:pass")
    guard case .resource(let host, let port, let path) = request.destination else { return }
    let head = request.head(for: host, port, path: path)
    try require(head.hasSuffix("Connection: close\r\n\r\n"), "the head has another end")
    for line in head.split(on: 0x0A) {
        try require(HTTPField(line, named: "proxy-authorization") == nil, "the password is passed on")
    }
}

/// What an HTTP proxy answers.
private func checkHTTP(_ bytes: [UInt8]) throws {
    try answered(bytes) { exchange throws(NetcatError) in
        let http = HTTPConnect(exchange, .none)
        let challenges = try http.connect(to: "host", Port(rawValue: 80), takesChallenges: true)
        let next = challenges?.authorization(Credentials("user:pass"), after: .none)
        guard case .digest(let challenge, let credentials) = next else { return }
        // What the proxy wrote neither ends the line nor gets out of its quotation marks.
        let answer = challenge.answer(for: credentials, "CONNECT", "host:80", clientNonce: "0")
        let fields = HTTPAuthentication.list(answer)
        guard answer.bytes.allSatisfy({ $0 >= 0x20 }), fields.count == 1, fields[0]["uri"] == "host:80" else {
            throw NetcatError("the answer to a challenge is not one line of one scheme")
        }
    }
}

/// What a SOCKS proxy answers.
private func checkSocks(_ bytes: [UInt8]) throws {
    try answered(bytes) { exchange throws(NetcatError) in
        try SocksClient(exchange, Credentials("user:pass")).connectByVersion5("host", Port(rawValue: 80))
    }
}

/// Runs `ask` against a proxy that answers `answer` and then closes.
private func answered(_ answer: [UInt8], _ ask: (ByteExchange) throws(NetcatError) -> Void) throws {
    guard let pair = try? FileDescriptor.socketPair() else { return }
    let ours = FileDescriptor(owning: pair.0)
    let theirs = FileDescriptor(owning: pair.1)
    try? theirs.write(ByteString(answer))
    try? theirs.shutDown(.sending)
    var failure: NetcatError?
    do { try ask(ByteExchange(over: Stream(ours.reference), until: nil, with: .proxy)) } catch { failure = error }
    try? theirs.close()
    try? ours.close()
    if let failure { try require(failure.message != nil, "a fault that nobody is told of") }
}
