// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Waits for connections and serves them.
struct Server {
    /// The options of the command line.
    let options: Options
    /// Where messages go.
    let console: Console

    /// Listens, and serves one connection, or all connections with `-k`.
    func run() throws(NetcatError) {
        let access = try AccessList(options.access, console)
        let listener = try Listener.open(options, console)
        try Encryption(options, console).check(with: listener.socket.reference)
        listener.log(options, console)
        var console = console
        console.goesOn = options.keepsOpen
        if options.endpoint.usesDatagrams { return try DatagramServer(options, console, access).run(listener) }
        switch options.role {
        case .broker, .chat, .gather: try Hub(options, console, access).run(listener)
        case .relay where options.dialect == .ncat && !options.keepsOpen: try serveOne(listener, access, console)
        case .relay: try serveInTurn(listener, access, console)
        case .forward(let target) where options.keepsOpen && options.isPlain:
            try forward(listener, target, access, console)
        // A program may run for long, and the port must be free for the next server.
        case .program where !options.keepsOpen, .shell where !options.keepsOpen: try serveOne(listener, access, console)
        case .program, .shell, .forward, .proxy:
            if options.keepsOpen {
                try ForkingServer(options, console, access).run(listener)
            } else {
                try serveInTurn(listener, access, console)
            }
        }
    }

    /// Forwards all clients at the same time; the kernel moves the data.
    private func forward(
        _ listener: consuming Listener,
        _ target: ByteString,
        _ access: AccessList,
        _ console: Console
    ) throws(NetcatError) {
        var outbound = options.endpoint
        outbound.sourceAddress = nil
        outbound.sourcePort = nil
        let rules = ForwardRules(idleLimit: options.endpoint.idleLimit ?? options.endpoint.timeout)
        let target = try ForwardTarget(target, outbound, console)
        let forwarder: Forwarder
        do throws(Errno) {
            forwarder = Forwarder(rules, try Places(maximum: options.maximumConnections), access, console)
            forwarder.add(try Route(listener, options.listeningPort ?? "", to: target, index: 0, console))
        } catch {
            throw NetcatError("forward: \(error.message)")
        }
        try forwarder.run()
    }

    /// Closes the listener, and then serves one client.
    private func serveOne(
        _ listener: consuming Listener,
        _ access: AccessList,
        _ console: Console
    ) throws(NetcatError) {
        let connection = try nextConnection(listener, access)
        listener.close()
        try Service(options, console).serve(connection)
    }

    /// Serves one client after the other; the next one waits.
    private func serveInTurn(
        _ listener: borrowing Listener,
        _ access: AccessList,
        _ console: Console
    ) throws(NetcatError) {
        let service = Service(options, console)
        repeat {
            let connection = try nextConnection(listener, access)
            do throws(NetcatError) {
                try service.serve(connection)
            } catch {
                // An error of one client does not concern the next.
                if !options.keepsOpen { throw error }
                error.report(to: console)
            }
        } while options.keepsOpen
    }

    /// The next connection from an allowed client.
    private func nextConnection(_ listener: borrowing Listener, _ access: AccessList) throws(NetcatError) -> Connection
    {
        let servesAnybody = options.maximumConnections > 0
        do throws(Errno) {
            while true {
                let connection = try next(listener)
                if access.allows(connection.peer, console), servesAnybody { return connection }
            }
        } catch {
            throw NetcatError("accept: \(error.message)")
        }
    }

    /// The next connection, whether its client is allowed or not.
    ///
    /// The call of accept(2) itself waits. Looking for a client that follows closely, without sleeping, makes the rate
    /// hardly better and takes twice the processor time.
    private func next(_ listener: borrowing Listener) throws(Errno) -> Connection {
        var admission = Admission()
        while true {
            do throws(Errno) {
                return try listener.accept()
            } catch {
                switch error {
                // An inherited socket may be non-blocking.
                case .wouldBlock: _ = try listener.socket.wait(for: .readable, until: nil)
                default:
                    // A client that left before it was accepted is not a reason to stop.
                    try admission.note(error)
                    if !admission.isOpen { pause(for: Admission.pause) }
                    admission.reopen()
                }
            }
        }
    }
}

/// The service for the clients of a listener.
struct Service {
    private let options: Options
    private let console: Console
    private let conversation: Conversation
    private let challenger: DigestChallenger?

    /// Creates a service.
    init(_ options: Options, _ console: Console) {
        self.options = options
        self.console = console
        conversation = Conversation(options, console, endsWithPeer: true)
        // Made once, since the process that challenges is not the one that gets the answer.
        var isHTTPProxy = false
        if case .proxy(.http) = options.role { isHTTPProxy = options.proxy.credentials != nil }
        challenger = isHTTPProxy ? DigestChallenger() : nil
    }

    /// Serves one client until its connection ends.
    func serve(_ connection: consuming Connection) throws(NetcatError) {
        console.logClient(connection.peer)
        switch options.role {
        case .forward(let target): try Forwarding(target, options, console).serve(connection)
        case .proxy(let kind): try ProxyService(kind, options, console, challenger).serve(connection)
        default: try conversation.serve(connection)
        }
    }
}
