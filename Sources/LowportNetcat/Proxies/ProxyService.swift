// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A proxy for one client: connects it to the host that it requests (`-l --proxy-type`).
struct ProxyService {
    private let kind: ProxyServerKind
    private let options: Options
    private let console: Console
    private let challenger: DigestChallenger?

    /// Creates a proxy of the given kind.
    /// - Parameter challenger: the challenges of all its processes; nil if clients need no credentials.
    init(_ kind: ProxyServerKind, _ options: Options, _ console: Console, _ challenger: DigestChallenger?) {
        self.challenger = challenger
        self.kind = kind
        self.options = options
        self.console = console
    }

    /// Serves `client` until its connection ends.
    func serve(_ client: borrowing Connection) throws(NetcatError) {
        let place = try? client.socket.localAddress()
        let limit = options.endpoint.timeout ?? .seconds(30)
        let deadline = Instant.now + limit
        try? client.socket.setNonBlocking(true)
        try? client.socket.setNoDelay(true)
        let stream = try Encryption(options, console).stream(over: client.stream, isServer: true, within: limit)
        let exchange = ByteExchange(over: stream, until: deadline, with: .client)
        switch kind {
        case .http: try HTTPProxyService(exchange, at: place, options, console, challenger).serve()
        case .socks5: try serveSocks(exchange)
        }
    }

    private func serveSocks(_ exchange: ByteExchange) throws(NetcatError) {
        guard let version = try exchange.receiveFirst() else { return }
        let methods = try exchange.receive(Int(try exchange.receive(1)[0]))
        let wanted: UInt8 = options.proxy.credentials == nil ? 0 : 2
        guard version == 5, methods.contains(wanted) else { return try exchange.send([5, 0xFF]) }
        try exchange.send([5, wanted])
        if let expected = options.proxy.credentials {
            _ = try exchange.receive(1)
            let user = try exchange.receive(Int(try exchange.receive(1)[0]))
            let password = try exchange.receive(Int(try exchange.receive(1)[0]))
            let isRight = Credentials(expected) == Credentials("\(ByteString(user)):\(ByteString(password))")
            try exchange.send([1, isRight ? 0 : 1])
            if !isRight { return }
        }
        let request = try exchange.receive(4)
        let host: ByteString
        switch request[3] {
        case 1: host = IPv4Address(networkBytes: try exchange.receive(4)).byteString
        case 3: host = ByteString(try exchange.receive(Int(try exchange.receive(1)[0])))
        case 4: host = IPv6Address(networkBytes: try exchange.receive(16))?.byteString ?? ""
        default: return try exchange.send(answer(8))
        }
        let port = try exchange.receive(2)
        if request[1] != 1 { return try exchange.send(answer(7)) }
        let number = ByteString(decimal: Int(port[0]) << 8 | Int(port[1]))
        guard let server = try ProxyTarget(options, console).connect(to: host, number) else {
            return try exchange.send(answer(5))
        }
        try exchange.send(answer(0))
        try Forwarding.relay(exchange.stream, server, options, console)
    }

    private func answer(_ code: UInt8) -> [UInt8] { [5, code, 0, 1, 0, 0, 0, 0, 0, 0] }
}

/// Connects to the hosts that clients of a proxy request.
struct ProxyTarget {
    private let options: Options
    private let console: Console

    /// Creates a connector with the endpoint options of `options`.
    init(_ options: Options, _ console: Console) {
        self.options = options
        self.console = console
    }

    /// Connects to the host that the client requested; returns nil if that fails.
    func connect(to host: ByteString, _ port: ByteString) throws(NetcatError) -> Connection? {
        do throws(NetcatError) {
            var endpoint = options.endpoint
            endpoint.sourceAddress = nil
            endpoint.sourcePort = nil
            guard let number = try? OptionValue.number(port, in: 1...65535) else { return nil }
            let port = Port(rawValue: UInt16(number))
            let connector = try Connector(to: host, endpoint, console, port: port)
            guard let connection = try connector.connect(to: port) else { return nil }
            connector.logSuccess(connection.peer)
            try? connection.socket.setNoDelay(true)
            return connection
        } catch {
            error.report(to: console)
            return nil
        }
    }
}

extension IPv4Address {
    /// Creates an address from four bytes in network order.
    fileprivate init(networkBytes bytes: [UInt8]) { self.init(rawValue: UInt32(bigEndianBytes: bytes)) }
}
