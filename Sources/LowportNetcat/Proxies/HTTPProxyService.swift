// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// An HTTP proxy for one client: a tunnel to the requested host, or one request to a server.
struct HTTPProxyService {
    /// Why a request is refused or fails.
    private enum ErrorStatus {
        case badRequest, loop, authentication, method, length, tooLarge, uriTooLong, unreachable

        var line: ByteString {
            switch self {
            case .badRequest: "400 Bad Request"
            case .loop: "403 Forbidden"
            case .authentication: "407 Proxy Authentication Required"
            case .method: "405 Method Not Allowed\r\nAllow: CONNECT, GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"
            case .length: "411 Length Required"
            case .tooLarge: "413 Request Entity Too Large"
            case .uriTooLong: "414 Request-URI Too Long"
            case .unreachable: "504 Gateway Timeout"
            }
        }
    }

    private static var methods: [ByteString] {
        ["CONNECT", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]
    }

    private let exchange: ByteExchange
    private let place: SocketAddress?
    private let options: Options
    private let console: Console
    private let challenger: DigestChallenger?

    /// Creates a proxy for a client.
    /// - Parameters:
    ///   - exchange: over the connection of the client.
    ///   - place: the local address of the connection, to detect a request to this proxy itself.
    ///   - challenger: the challenges to clients that have to prove who they are; nil if they do not have to.
    init(
        _ exchange: ByteExchange,
        at place: SocketAddress?,
        _ options: Options,
        _ console: Console,
        _ challenger: DigestChallenger?
    ) {
        self.challenger = challenger
        self.exchange = exchange
        self.place = place
        self.options = options
        self.console = console
    }

    /// Serves the client.
    func serve() throws(NetcatError) {
        var lines: [ByteString] = []
        var size = 0
        var first = try exchange.receiveFirst()
        if first == nil { return }
        while true {
            guard let line = try exchange.receiveLine(upTo: 8192, after: first.take()) else {
                return try refuse(with: lines.isEmpty ? .uriTooLong : .tooLarge)
            }
            if line.isEmpty { break }
            size += line.count + 2
            if size > 65536 { return try refuse(with: .tooLarge) }
            lines.append(line)
        }
        guard let request = HTTPRequest(lines) else { return try refuse(with: .badRequest) }
        switch verdict(on: request) {
        case .right: break
        case .wrong: return try challenge(isStale: false)
        case .stale: return try challenge(isStale: true)
        }
        guard HTTPProxyService.methods.contains(request.method) else { return try refuse(with: .method) }
        switch request.destination {
        case .tunnel(let host, let port): try tunnel(to: host, port)
        case .resource(let host, let port, let path): try forward(request, to: host, port, path)
        case nil: try refuse(with: .badRequest)
        }
    }

    private func verdict(on request: HTTPRequest) -> DigestChallenger.Verdict {
        guard let expected = options.proxy.credentials, let challenger else { return .right }
        if request.isAuthorized(by: expected) { return .right }
        var targets = [request.target]
        // curl takes the path, as for a server.
        if case .resource(_, _, let path) = request.destination { targets.append(path) }
        for field in request.fields where field.name.isEqualIgnoringCase("proxy-authorization") {
            guard let answer = HTTPAuthentication.list(field.text).first else { continue }
            let verdict = challenger.judge(answer, Credentials(expected), request.method, targets)
            if verdict != .wrong { return verdict }
        }
        return .wrong
    }

    private func challenge(isStale: Bool) throws(NetcatError) {
        let digest = challenger?.challenge(isStale: isStale) ?? ""
        var fields = "\r\nProxy-Authenticate: \(digest)\r\nProxy-Authenticate: Basic realm=\"nc\"" as ByteString
        // curl would go on over this connection.
        fields += "\r\nConnection: close"
        try refuse(with: .authentication, fields: fields)
    }

    private func tunnel(to host: ByteString, _ port: ByteString) throws(NetcatError) {
        guard let server = try ProxyTarget(options, console).connect(to: host, port) else {
            return try refuse(with: .unreachable)
        }
        try exchange.send(ByteString("HTTP/1.0 200 OK\r\n\r\n").bytes)
        try Forwarding.relay(exchange.stream, server, options, console)
    }

    /// Passes on one request, and then returns the answer.
    private func forward(
        _ request: HTTPRequest,
        to host: ByteString,
        _ port: ByteString,
        _ path: ByteString
    ) throws(NetcatError) {
        let length: Int
        switch request.body {
        case .bytes(let count): length = count
        case .chunked: return try refuse(with: .length)
        case .invalid: return try refuse(with: .badRequest)
        }
        guard let server = try ProxyTarget(options, console).connect(to: host, port) else {
            return try refuse(with: .unreachable)
        }
        if case .internet(let address) = server.peer, isOurselves(address) { return try refuse(with: .loop) }
        let there = server.stream
        let head = request.head(for: host, port, path: path)
        try ByteExchange(over: there, until: exchange.deadline, with: .server).send(head.bytes)
        // The end of the body must not end the connection, over which the answer comes.
        let relay = Relay(
            sending: Channel(from: exchange.stream, to: there, byteLimit: length),
            receiving: Channel(from: there, to: exchange.stream),
            rules: RelayRules(
                idleLimit: options.idleLimit,
                endsWithPeer: true,
                passesPeersEnd: true,
                passesResets: true
            )
        )
        relay.run(console)
        if !relay.passesReset { exchange.finish() }
        try relay.checkCompleteness(output: "the client")
    }

    /// Whether the request would return to this proxy, in an endless loop.
    private func isOurselves(_ address: SocketAddress) -> Bool {
        guard let place else { return false }
        return address.port == place.port && address.address.unmapped == place.address.unmapped
    }

    private func refuse(with response: ErrorStatus, fields: ByteString = "") throws(NetcatError) {
        try exchange.send(ByteString("HTTP/1.0 \(response.line)\(fields)\r\n\r\n").bytes)
        exchange.finish()
    }
}
