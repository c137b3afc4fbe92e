// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

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
        try place.port?.checkPort()
        let service = place.port ?? options.proxy.kind.defaultPort.byteString
        connector = try Connector(toProxy: place.host, service: service, options.endpoint, console)
    }

    /// How often a proxy is asked at most: without the user, with the answer to a challenge, with that to a newer one.
    private static var attempts: Int { 3 }

    /// Connects to `target` on `host`; returns nil if the proxy cannot be reached. All that goes wrong is an error of the network.
    func connect(to host: ByteString, _ target: Port) throws(NetcatError) -> Connection? {
        do throws(NetcatError) {
            return try request(host, target)
        } catch {
            var error = error
            error.isOfNetwork = true
            throw error
        }
    }

    private func request(_ host: ByteString, _ target: Port) throws(NetcatError) -> Connection? {
        let credentials = options.proxy.credentials.map {
            Credentials($0, isLiteral: options.proxy.waitsForChallenge)
        }
        guard options.proxy.kind == .connect else { return try connect(to: host, target, credentials) }
        var authorization = HTTPConnect.Authorization.none
        if let credentials, !options.proxy.waitsForChallenge { authorization = .basic(credentials) }
        for attempt in 1...ProxyClient.attempts {
            // The proxy may close the connection on which it sends the challenge.
            guard let connection = try connector.connect(to: nil) else { return nil }
            let http = HTTPConnect(exchange(over: connection), authorization)
            let name = try named(host, target, family)
            let hasMore = credentials != nil && attempt < ProxyClient.attempts
            guard let challenges = try http.connect(to: name, target, takesChallenges: hasMore) else {
                log(host, target)
                return connection
            }
            guard let credentials, let next = challenges.authorization(credentials, after: authorization) else {
                throw challenges.error
            }
            authorization = next
        }
        return nil
    }

    private func exchange(over connection: borrowing Connection) -> ByteExchange {
        let deadline = options.endpoint.timeout.map { Instant.now + $0 }
        return ByteExchange(over: connection.stream, until: deadline, with: .proxy)
    }

    /// Connects through a SOCKS proxy.
    private func connect(
        to host: ByteString,
        _ target: Port,
        _ credentials: Credentials?
    ) throws(NetcatError) -> Connection? {
        guard let connection = try connector.connect(to: nil) else { return nil }
        let socks = SocksClient(exchange(over: connection), credentials)
        switch options.proxy.kind {
        case .socks4:
            let name = try named(host, target, .v4)
            switch IPAddress(name) {
            case .v4(let address): try socks.connectByVersion4(address, target)
            case .v6: throw failure("IPv6 addresses are not supported with Socks4")
            case nil: try socks.connectByVersion4a(name, target)
            }
        case .socks4a: try socks.connectByVersion4a(try named(host, target, family), target)
        case .socks5, .connect: try socks.connectByVersion5(try named(host, target, family), target)
        }
        log(host, target)
        return connection
    }

    /// With `-v`, reports that the proxy connects.
    private func log(_ host: ByteString, _ target: Port) {
        if console.isNcat {
            console.log("Ncat: Connected to \(host):\(target).")
        } else if console.isVerbose {
            let service = console.isNumeric ? nil : NameLookup.service(at: target, .tcp)
            console.print("Connection to \(host) \(target) port [tcp/\(service ?? "*")] succeeded!")
        }
    }

    private var family: InternetFamily? { options.endpoint.family }

    /// The host in the form that is sent to the proxy: an address, or a name if the proxy may resolve it.
    private func named(
        _ host: ByteString,
        _ port: Port,
        _ family: InternetFamily?
    ) throws(NetcatError) -> ByteString {
        let resolution = options.proxy.resolution
        if resolution != .local && IPAddress(host) != nil { return host }
        do throws(NetcatError) {
            if resolution.contains(.local) { return try resolve(host, port, family).byteString }
        } catch {
            guard resolution.contains(.remote) else { throw error }
        }
        if resolution.contains(.remote) { return host }
        throw unresolved(host)
    }

    private func unresolved(_ host: ByteString) -> NetcatError { failure("Failed to resolve host \(host) locally") }

    /// An error in the words of ncat, which has a word before them.
    private func failure(_ words: ByteString) -> NetcatError { NetcatError(console.isNcat ? "Error: \(words)" : words) }

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
            if console.isNcat { throw unresolved(host) }
            throw NetcatError("getaddrinfo(\"\(host)\", \"\(port)\"): \(error.message)")
        }
        throw unresolved(host)
    }
}
