// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// A socket that others reach us at.
struct Listener: ~Copyable {
    /// The socket: of a stream it listens, of datagrams it is bound.
    let socket: FileDescriptor
    /// Where it is.
    let place: Peer
    /// What it is, which is what all that connect to it get.
    private let model: Stream

    /// Takes over a socket that others can reach.
    init(socket: consuming FileDescriptor, place: Peer) {
        model = Stream(socket.reference)
        self.socket = socket
        self.place = place
    }

    /// Makes the listener that the options ask for, or takes over the one that our starter made.
    static func open(_ options: Options, _ console: Console) throws(NetcatError) -> Listener {
        if options.endpoint.isUnix { return try UnixEndpoint.listen(options, console) }
        if options.endpoint.isVsock { return try VsockEndpoint.listen(options) }
        if options.listeningPort == nil { return inherited() }
        return try internet(options, console)
    }

    private static func inherited() -> Listener {
        let socket = InheritedListener.take()
        if let address = try? socket.localAddress() { return Listener(socket: socket, place: .internet(address)) }
        return Listener(socket: socket, place: .unix("an inherited socket"))
    }

    /// Binds the first of the addresses that `options` name which can be bound.
    private static func internet(_ options: Options, _ console: Console) throws(NetcatError) -> Listener {
        let endpoint = options.endpoint
        var last = NetcatError("no address to listen on")
        for candidate in try candidates(options, console) {
            guard let socket = try? FileDescriptor.socket(candidate.address.family, endpoint.transport) else {
                continue
            }
            try endpoint.settings.apply(to: socket.reference, candidate.address.family)
            do throws(Errno) {
                // So that a port can be taken again while connections of a former listener time out. Datagrams have
                // none, and there it would let two listeners share a port.
                if !endpoint.usesDatagrams || options.sharesDatagramPort { try socket.setReuseAddress(true) }
                if options.dialect == .ncat && endpoint.family == .v6 { try socket.setIPv6Only(true) }
                try socket.bind(to: candidate)
                if !endpoint.usesDatagrams { try socket.listen() }
            } catch {
                last = BindError(address: candidate, transport: endpoint.transport, error: error).netcatError(console)
                continue
            }
            let address = (try? socket.localAddress()) ?? candidate
            return Listener(socket: socket, place: .internet(address))
        }
        throw last
    }

    private static func candidates(_ options: Options, _ console: Console) throws(NetcatError) -> [SocketAddress] {
        let host = options.listeningAddress
        let port = options.listeningPort ?? ""
        let takesBoth = options.dialect == .ncat && !options.endpoint.usesDatagrams
        if let number = try? OptionValue.number(port, in: 0...Int.max), number > 65535 {
            throw NetcatError("port number too large: \(port)")
        }
        do throws(LookupError) {
            let addresses = try NameLookup.addresses(
                of: host,
                service: port,
                // The wildcard of IPv6 takes IPv4 as well, so it is used with -6 alone.
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

    /// Tells where it is.
    func log(_ options: Options, _ console: Console) {
        if case .unix(let path) = place {
            console.log("Bound on \(path)")
            if !options.endpoint.usesDatagrams { console.log("Listening on \(path)") }
        } else if console.isVerbose {
            let verb: ByteString = options.endpoint.usesDatagrams ? "Bound" : "Listening"
            console.print("\(verb) on \(place.description(console))")
        }
        if options.printsTestLines { console.print("NCAT TEST: LISTEN") }
    }

    /// Stops listening.
    consuming func close() { try? socket.close() }

    /// Takes the next connection, waiting for it.
    func accept() throws(Errno) -> Connection {
        var address: SocketAddress?
        let socket = try socket.accept(from: &address)
        let stream = Stream(socket.reference, like: model)
        return Connection(socket: socket, peer: address.map { .internet($0) } ?? place, stream: stream)
    }
}
