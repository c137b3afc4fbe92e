// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The credentials for a proxy.
struct Credentials: Equatable {
    /// The user.
    let user: ByteString
    /// The password; empty if none was given.
    let password: ByteString
    /// User and password in the form of the Basic scheme.
    let text: ByteString

    /// Splits `USER:PASSWORD`.
    /// - Parameter isLiteral: whether a missing colon is not added, as in ncat.
    init(_ text: ByteString, isLiteral: Bool = false) {
        let colon = text.bytes.firstIndex(of: UInt8(ascii: ":")) ?? text.count
        user = ByteString(text.bytes[..<colon])
        password = ByteString(text.bytes.dropFirst(colon + 1))
        self.text = isLiteral ? text : "\(user):\(password)"
    }
}

/// Makes connections through a proxy.
struct ProxyClient {
    private let options: Options
    private let console: Console
    private let connector: Connector

    /// Looks up the proxy at `place`.
    init(at place: ProxyEndpoint, _ options: Options, _ console: Console) throws(NetcatError) {
        self.options = options
        self.console = console
        if let text = place.port, let number = try? OptionValue.number(text, in: 0...Int.max), number > 65535 {
            throw NetcatError("port number too large: \(text)")
        }
        let service = place.port ?? options.proxy.kind.defaultPort.byteString
        connector = try Connector(toProxy: place.host, service: service, options.endpoint, console)
    }

    /// Connects to `target` on `host`; returns nil if the proxy cannot be reached.
    func connect(to host: ByteString, _ target: Port) throws(NetcatError) -> Connection? {
        let credentials = options.proxy.credentials.map {
            Credentials($0, isLiteral: options.proxy.waitsForChallenge)
        }
        if options.proxy.kind == .connect && options.proxy.waitsForChallenge && credentials != nil {
            // The proxy may close the connection on which it sends the challenge.
            if let connection = try connect(to: host, target, nil, takesChallenge: true) { return connection }
        }
        return try connect(to: host, target, credentials, takesChallenge: false)
    }

    private func connect(
        to host: ByteString,
        _ target: Port,
        _ credentials: Credentials?,
        takesChallenge: Bool
    ) throws(NetcatError) -> Connection? {
        guard let connection = try connector.connect(to: nil) else { return nil }
        let deadline = options.endpoint.timeout.map { Instant.now + $0 }
        let exchange = ByteExchange(over: connection.socket.reference, until: deadline, with: .proxy)
        let socks = SocksClient(exchange, credentials)
        switch options.proxy.kind {
        case .socks4:
            guard case .v4(let address) = try resolve(host, target, .v4) else {
                throw NetcatError("SOCKSv4 takes IPv4 alone")
            }
            try socks.connectByVersion4(address, target)
        case .socks4a: try socks.connectByVersion4a(try named(host, target), target)
        case .socks5: try socks.connectByVersion5(try named(host, target), target)
        case .connect:
            let http = HTTPConnect(exchange, credentials)
            guard try http.connect(to: try named(host, target), target, takesChallenge: takesChallenge) else {
                return nil
            }
        }
        if console.isVerbose {
            let service = console.isNumeric ? nil : NameLookup.service(at: target, .tcp)
            console.print("Connection to \(host) \(target) port [tcp/\(service ?? "*")] succeeded!")
        }
        return connection
    }

    /// The host in the form that is sent to the proxy.
    private func named(_ host: ByteString, _ port: Port) throws(NetcatError) -> ByteString {
        if options.proxy.resolvesRemotely { return host }
        return try resolve(host, port, options.endpoint.family).byteString
    }

    private func resolve(_ host: ByteString, _ port: Port, _ family: InternetFamily?) throws(NetcatError) -> IPAddress {
        do throws(LookupError) {
            let found = try NameLookup.addresses(
                of: host,
                service: port.byteString,
                family: family,
                numeric: console.isNumeric
            )
            if let first = found.first { return first.address }
        } catch {
            throw NetcatError("getaddrinfo(\"\(host)\", \"\(port)\"): \(error.message)")
        }
        throw NetcatError("no address of \(host)")
    }
}
