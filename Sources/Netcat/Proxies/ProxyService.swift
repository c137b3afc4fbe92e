// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Is a proxy for one client: connects it to whatever it asks for (`-l --proxy-type`).
struct ProxyService {
    private let kind: ProxyServerKind
    private let options: Options
    private let console: Console

    /// Creates a proxy of the kind `kind`.
    init(_ kind: ProxyServerKind, _ options: Options, _ console: Console) {
        self.kind = kind
        self.options = options
        self.console = console
    }

    /// Serves `client`, to the end.
    func serve(_ client: borrowing Connection) throws(Failure) {
        let socket = client.socket.reference
        let deadline = Instant.now + (options.endpoint.timeout ?? .seconds(30))
        let exchange = ByteExchange(over: socket, until: deadline, with: "client")
        try? socket.setNonBlocking(true)
        switch kind {
        case .http: try serveHTTP(exchange, socket)
        case .socks5: try serveSocks(exchange, socket)
        }
    }

    private func serveHTTP(_ exchange: ByteExchange, _ socket: InheritedDescriptor) throws(Failure) {
        let words = try exchange.receiveLine(limit: 8192).split(on: 0x20)
        var isAuthorized = options.proxy.credentials == nil
        let basic = "Basic \(Base64.encode(options.proxy.credentials ?? ""))" as ByteString
        for count in 0... {
            let line = try exchange.receiveLine(limit: 65536)
            if line.isEmpty { break }
            if count > 1000 { throw Failure("client: too many header fields") }
            if let value = HTTPField(line, named: "proxy-authorization") { isAuthorized = value.text == basic }
        }
        guard isAuthorized else {
            let challenge = "Proxy-Authenticate: Basic realm=\"nc\"" as ByteString
            let answer = "HTTP/1.0 407 Proxy Authentication Required\r\n\(challenge)\r\n\r\n" as ByteString
            return try exchange.send(answer.bytes)
        }
        guard words.count >= 2, words[0] == "CONNECT", let place = HostAndPort(words[1]), let port = place.port else {
            return try exchange.send(ByteString("HTTP/1.0 405 Method Not Allowed\r\nAllow: CONNECT\r\n\r\n").bytes)
        }
        guard let server = try connect(to: place.host, port) else {
            return try exchange.send(ByteString("HTTP/1.0 502 Bad Gateway\r\n\r\n").bytes)
        }
        try exchange.send(ByteString("HTTP/1.0 200 OK\r\n\r\n").bytes)
        try Forwarding.relay(Stream(socket), server, options, console)
    }

    private func serveSocks(_ exchange: ByteExchange, _ socket: InheritedDescriptor) throws(Failure) {
        let greeting = try exchange.receive(2)
        let methods = try exchange.receive(Int(greeting[1]))
        let wanted: UInt8 = options.proxy.credentials == nil ? 0 : 2
        guard greeting[0] == 5, methods.contains(wanted) else { return try exchange.send([5, 0xFF]) }
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
        guard let server = try connect(to: host, ByteString(decimal: Int(port[0]) << 8 | Int(port[1]))) else {
            return try exchange.send(answer(5))
        }
        try exchange.send(answer(0))
        try Forwarding.relay(Stream(socket), server, options, console)
    }

    private func answer(_ code: UInt8) -> [UInt8] { [5, code, 0, 1, 0, 0, 0, 0, 0, 0] }

    /// Connects to where the client wants to; nil, and told, when that fails.
    private func connect(to host: ByteString, _ port: ByteString) throws(Failure) -> Connection? {
        do throws(Failure) {
            var endpoint = options.endpoint
            endpoint.sourceAddress = nil
            endpoint.sourcePort = nil
            guard let number = try? OptionValue.number(port, in: 1...65535) else { return nil }
            let port = Port(rawValue: UInt16(number))
            let connector = try Connector(to: host, endpoint, console, port: port)
            guard let connection = try connector.connect(to: port) else { return nil }
            connector.tellSuccess(connection.peer)
            return connection
        } catch {
            error.report(to: console)
            return nil
        }
    }
}

/// A header field of HTTP.
struct HTTPField {
    /// What stands behind the colon, without blanks around it.
    let text: ByteString

    /// Reads `line`; nil unless the field has the name `name`, which is in small letters.
    init?(_ line: ByteString, named name: ByteString) {
        guard line.count > name.count, line.bytes[name.count] == UInt8(ascii: ":") else { return nil }
        for (byte, letter) in zip(line.bytes, name.bytes) {
            let isCapital = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            if (isCapital ? byte | 0x20 : byte) != letter { return nil }
        }
        var value = line.bytes.dropFirst(name.count + 1).drop { $0 == 0x20 || $0 == 0x09 }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        text = ByteString(value)
    }
}

extension IPv4Address {
    /// The address that four bytes in network order are.
    fileprivate init(networkBytes bytes: [UInt8]) { self.init(rawValue: bytes.reduce(0) { $0 << 8 | UInt32($1) }) }
}
