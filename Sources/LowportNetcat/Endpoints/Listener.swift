// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A socket that clients connect or send to.
struct Listener: ~Copyable {
    /// The socket: a stream socket listens, a datagram socket is bound.
    let socket: FileDescriptor
    /// The address of the socket.
    let place: Peer
    /// The properties of the socket, which all accepted connections share.
    private let model: Stream

    /// Takes over a bound socket.
    init(socket: consuming FileDescriptor, place: Peer) {
        model = Stream(socket.reference)
        self.socket = socket
        self.place = place
    }

    /// Creates the listener that the options request, or takes over that of the parent process.
    static func open(_ options: Options, _ console: Console) throws(NetcatError) -> Listener {
        if options.endpoint.isUnix { return try UnixEndpoint.listen(options, console) }
        if options.endpoint.isVsock { return try VsockEndpoint.listen(options) }
        if options.listeningPort == nil { return inherited() }
        return try internet(options, console)
    }

    /// Takes over a listener of the parent process.
    /// - Parameter index: which one, counted from 0.
    static func inherited(_ index: Int = 0) -> Listener {
        let socket = PassedDescriptors.take(index)
        if let address = try? socket.localAddress() {
            if socket.reference.isDatagramSocket { try? socket.reference.reportDestinations(on: address) }
            return Listener(socket: socket, place: .internet(address))
        }
        let path = (try? socket.localUnixAddress())?.byteString
        return Listener(socket: socket, place: .unix(path ?? "an inherited socket"))
    }

    /// Binds the first address of `options` that can be bound.
    private static func internet(_ options: Options, _ console: Console) throws(NetcatError) -> Listener {
        let endpoint = options.endpoint
        var last: BindError?
        for candidate in try candidates(options, console) {
            guard let socket = try? FileDescriptor.socket(candidate.address.family, endpoint.transport) else {
                continue
            }
            try endpoint.settings.apply(to: socket.reference, candidate.address.family)
            do throws(Errno) {
                // Allows to bind a port while connections of an earlier listener time out. UDP has no such
                // connections, and the option would let two listeners share a port.
                if !endpoint.usesDatagrams || options.sharesDatagramPort { try socket.setReuseAddress(true) }
                if options.dialect == .ncat && endpoint.family == .v6 { try socket.setIPv6Only(true) }
                if endpoint.usesDatagrams { try socket.reportDestinations(on: candidate) }
                try socket.bind(to: candidate)
                if !endpoint.usesDatagrams { try socket.listen() }
            } catch {
                last = BindError(address: candidate, transport: endpoint.transport, error: error)
                continue
            }
            let address = (try? socket.localAddress()) ?? candidate
            return Listener(socket: socket, place: .internet(address))
        }
        throw last?.netcatError(console) ?? NetcatError("no address to listen on")
    }

    private static func candidates(_ options: Options, _ console: Console) throws(NetcatError) -> [SocketAddress] {
        let host = options.listeningAddress
        let port = options.listeningPort ?? ""
        let takesBoth = options.dialect == .ncat
        try port.checkPort()
        do throws(LookupError) {
            let addresses = try NameLookup.addresses(
                of: host,
                service: port,
                // The IPv6 wildcard accepts IPv4 as well, so it is used only with -6.
                family: options.endpoint.family ?? (host == nil && !takesBoth ? .v4 : nil),
                transport: options.endpoint.transport,
                numeric: options.isNumeric
            )
            if host != nil || !takesBoth { return addresses }
            return addresses.filter { $0.address.family == .v6 } + addresses.filter { $0.address.family == .v4 }
        } catch {
            throw NetcatError("getaddrinfo: \(error.message)")
        }
    }

    /// Whether its address is an internet address.
    var isInternet: Bool {
        if case .internet = place { true } else { false }
    }

    /// Reports the address.
    func log(_ options: Options, _ console: Console) {
        let isConnectionless = options.endpoint.usesDatagrams
        console.logListener(
            on: place,
            isConnectionless: isConnectionless,
            takesBoth: options.endpoint.family == nil
        )
        if options.printsTestLines { console.print("NCAT TEST: LISTEN") }
    }

    /// Stops listening.
    consuming func close() { try? socket.close() }

    /// Accepts the next connection; waits for it if the socket is blocking.
    func accept() throws(Errno) -> Connection {
        var address: SocketAddress?
        let socket = try socket.accept(from: &address)
        let stream = Stream(socket.reference, like: model)
        return Connection(socket: socket, peer: address.map { .internet($0) } ?? place, stream: stream)
    }
}

extension Descriptor where Self: ~Copyable {
    /// Lets a datagram socket at `address` answer from the address that was asked: the kernel would answer from the one
    /// that it prefers for the route, which the client may not know.
    fileprivate func reportDestinations(on address: SocketAddress) throws(Errno) {
        if address.address.isWildcard { try reportDestinations(address.address.family) }
    }
}
