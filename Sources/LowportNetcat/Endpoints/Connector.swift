// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A connected socket and its peer.
struct Connection: ~Copyable {
    /// The non-blocking socket.
    let socket: FileDescriptor
    /// The peer.
    let peer: Peer
    /// Reads from the socket and writes to it.
    let stream: Stream
    /// The temporary directory of the local socket's path, if there is one.
    let directory: TemporaryDirectory?

    /// Takes over a connected socket.
    init(
        socket: consuming FileDescriptor,
        peer: Peer,
        stream: Stream? = nil,
        directory: consuming TemporaryDirectory? = nil
    ) {
        self.stream = stream ?? Stream(socket.reference)
        self.socket = socket
        self.peer = peer
        self.directory = directory
    }
}

/// Connects to a host: tries each of its addresses, and with `-v` reports each result.
struct Connector {
    private let host: ByteString
    /// The port of a proxy as given; messages name a proxy without its address.
    private let proxyService: ByteString?
    private let options: EndpointOptions
    private let console: Console
    private let addresses: [SocketAddress]
    private let sources: [SocketAddress]

    /// Looks up `host`.
    /// - Parameter port: the first port to connect to, for the message when there is no such host.
    init(to host: ByteString, _ options: EndpointOptions, _ console: Console, port: Port) throws(NetcatError) {
        try self.init(to: host, service: port.byteString, options, console, proxy: nil)
    }

    /// Looks up the proxy `host`, whose port is that of `service`.
    init(
        toProxy host: ByteString,
        service: ByteString,
        _ options: EndpointOptions,
        _ console: Console
    ) throws(NetcatError) {
        try self.init(to: host, service: service, options, console, proxy: service)
    }

    private init(
        to host: ByteString,
        service: ByteString,
        _ options: EndpointOptions,
        _ console: Console,
        proxy: ByteString?
    ) throws(NetcatError) {
        self.host = host
        self.proxyService = proxy
        self.options = options
        self.console = console
        do throws(LookupError) {
            addresses = try NameLookup.addresses(
                of: host,
                service: service,
                family: options.family,
                transport: options.transport,
                numeric: console.isNumeric
            )
        } catch {
            let place = "host \"\(host)\" port \(service)" as ByteString
            let what: ByteString = proxy == nil ? "hostname" : "proxy"
            let words: ByteString =
                console.isNcat ? "Could not resolve \(what) \"\(host)\"" : "getaddrinfo for \(place)"
            throw NetcatError("\(words): \(error.message)", isOfNetwork: proxy != nil)
        }
        try options.sourcePort?.checkPort()
        do throws(LookupError) {
            let (source, port) = (options.sourceAddress, options.sourcePort)
            // If all addresses have the same family, the source must have it as well.
            let first = addresses.first?.address.family
            let family = addresses.allSatisfy { $0.address.family == first } ? first : options.family
            // The local address may be a name even with `-n`.
            sources =
                source == nil && port == nil
                ? []
                : try NameLookup.addresses(
                    of: source,
                    service: port ?? "0",
                    family: family,
                    transport: options.transport
                )
        } catch {
            throw NetcatError("getaddrinfo: \(error.message)")
        }
    }

    /// Connects to `port`; nil is the port of the proxy. Returns nil, after a message, when no address answers.
    func connect(to port: Port?) throws(NetcatError) -> Connection? {
        for address in port.map({ candidates($0) }) ?? addresses {
            let deadline = options.timeout.map { Instant.now + $0 }
            guard let socket = try begin(address) else { continue }
            do throws(Errno) {
                try socket.finishConnecting(until: deadline)
            } catch {
                log(address, error)
                continue
            }
            return Connection(socket: socket, peer: .internet(address))
        }
        return nil
    }

    /// The socket addresses of `port`, in the order in which they are tried.
    func candidates(_ port: Port) -> [SocketAddress] {
        addresses.map { address in
            var address = address
            address.port = port
            return address
        }
    }

    /// Begins to connect to `address`, without waiting. Returns nil, after a message, if that fails.
    func begin(_ address: SocketAddress) throws(NetcatError) -> FileDescriptor? {
        let family = address.address.family
        guard let socket = try? FileDescriptor.socket(family, options.transport),
            (try? socket.setNonBlocking(true)) != nil
        else {
            log(address, .addressFamilyNotSupported)
            return nil
        }
        try options.settings.apply(to: socket.reference, family)
        if !sources.isEmpty { try bind(socket.reference, family) }
        do throws(Errno) {
            try socket.connect(to: address)
        } catch {
            if error != .inProgress {
                log(address, error)
                return nil
            }
        }
        return socket
    }

    private func bind(_ socket: InheritedDescriptor, _ family: InternetFamily) throws(NetcatError) {
        var reason = Errno.addressNotAvailable
        for source in sources where source.address.family == family {
            do throws(Errno) {
                // Two datagram sockets would share the port, and one of them would receive nothing.
                if !options.usesDatagrams { try socket.setReuseAddress(true) }
                try socket.bind(to: source)
                return
            } catch {
                reason = error
            }
        }
        throw NetcatError("bind failed: \(reason.message)", isOfNetwork: true)
    }

    /// With `-v`, reports why `address` could not be reached.
    func log(_ address: SocketAddress, _ error: Errno) {
        if console.isNcat {
            let isLast = address.address == addresses.last?.address
            return console.logFailure(of: address, error, isLast: isLast, isProxy: proxyService != nil)
        }
        guard console.isVerbose else { return }
        let how: ByteString = error == .timedOut ? "timed out" : "failed"
        let port = proxyService ?? address.port.byteString
        let place = "\(described(address)) port \(port) (\(options.transportName))" as ByteString
        console.printError("connect to \(place) \(how): \(error.message)")
    }

    /// With `-v`, reports that `address` was reached.
    func logSuccess(_ address: SocketAddress) {
        guard console.isVerbose else { return }
        if console.isNcat { return console.logConnection(to: .internet(address)) }
        let service = console.isNumeric ? nil : NameLookup.service(at: address.port, options.transport)
        let what = "[\(options.transportName)/\(service ?? "*")]" as ByteString
        console.print("Connection to \(described(address)) \(address.port) port \(what) succeeded!")
    }

    /// With `-v`, reports that `peer` was reached.
    func logSuccess(_ peer: Peer) {
        if case .internet(let address) = peer { logSuccess(address) }
    }

    /// The host as given, followed by its address if that differs. With `-n`, the host is not a name.
    private func described(_ address: SocketAddress) -> ByteString {
        let isPlain = console.isNumeric || proxyService != nil || host == address.host
        return isPlain ? host : "\(host) (\(address.host))"
    }
}

extension ByteString {
    /// Throws if this is the number of no port: the C library would take it modulo 65536.
    func checkPort() throws(NetcatError) {
        guard let number = try? OptionValue.number(self, in: 0...Int.max), number > 65535 else { return }
        throw NetcatError("port number too large: \(self)")
    }
}
