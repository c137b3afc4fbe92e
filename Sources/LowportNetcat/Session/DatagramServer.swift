// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Serves the senders that send datagrams to a socket.
struct DatagramServer {
    private let options: Options
    private let console: Console
    private let access: AccessList

    /// Creates a server.
    init(_ options: Options, _ console: Console, _ access: AccessList) {
        self.options = options
        self.console = console
        self.access = access
    }

    /// The first sender is the peer. With `-k`, datagrams of all senders are accepted, and the last sender is answered.
    func run(_ listener: consuming Listener) throws(NetcatError) {
        if options.tls.isWanted { return try SecureDatagrams(options, console, access).run(listener) }
        if options.sharesDatagramPort { return try DatagramPrograms(options, console, access).run(listener) }
        let socket = listener.socket.reference
        let (access, console) = (access, console)
        let everybody = Correspondents.Selection.every { path in
            path.peer.map { access.allows(.internet($0), console) } ?? false
        }
        if options.keepsOpen {
            let correspondents = listener.isInternet ? Correspondents(of: everybody) : nil
            return try converse(Stream(socket, correspondents), listener.place)
        }
        var path: DatagramPath?
        let peer = try choosePeer(socket, listener.place, &path)
        try converse(Stream(socket, path.map { Correspondents(of: .one($0)) }), peer)
    }

    private func converse(_ stream: Stream, _ peer: Peer) throws(NetcatError) {
        try Conversation(options.withoutEnd, console, endsWithPeer: true).serve(stream, peer)
    }

    /// Waits for a datagram from an allowed sender, and connects `socket` to the sender.
    /// - Parameter path: set if the socket was not connected, since connecting would choose another address of this
    ///   machine than the sender used.
    private func choosePeer(
        _ socket: InheritedDescriptor,
        _ place: Peer,
        _ path: inout DatagramPath?
    ) throws(NetcatError) -> Peer {
        var peer = place
        do throws(Errno) {
            if case .internet(let address) = place {
                let sender = try firstSender(socket)
                peer = .internet(sender)
                path = address.address.isWildcard ? try socket.peekPath().answeredElsewhere : nil
                if path == nil || options.passesDescriptor { try socket.connect(to: sender) }
            } else if let sender = try socket.peekUnixSender() {
                // The datagram of a sender that has closed its socket can be received, but not answered.
                try? socket.connect(to: sender)
                peer = .unix(sender.byteString)
            }
        } catch {
            throw NetcatError("receive: \(error.message)")
        }
        // A sender with a Unix socket seldom has a name of its own, so the path of this one is shown.
        var shown = peer
        if case .unix = place { shown = place }
        console.logClient(shown, isConnectionless: true)
        return peer
    }

    /// Waits for a datagram from an allowed sender, which stays in the queue; drops those of others.
    private func firstSender(_ socket: InheritedDescriptor) throws(Errno) -> SocketAddress {
        while true {
            let sender = try socket.peekSender()
            if options.maximumConnections > 0, access.allows(.internet(sender), console) { return sender }
            _ = try socket.receive(into: Buffer(capacity: 1))
        }
    }

    /// A new socket at an internet address that other sockets may have too.
    static func another(_ place: Peer, _ options: Options) throws(Errno) -> FileDescriptor {
        guard case .internet(let address) = place else { throw .invalidArgument }
        let socket = try FileDescriptor.socket(address.address.family, .udp)
        try socket.setReuseAddress(true)
        if options.dialect == .ncat && options.endpoint.family == .v6 { try socket.setIPv6Only(true) }
        try socket.bind(to: address)
        return socket
    }
}

extension DatagramPath {
    /// This path, if a socket that is connected to the peer would answer from another address than the peer used.
    fileprivate var answeredElsewhere: DatagramPath? {
        guard let local, let peer, let probe = try? FileDescriptor.socket(peer.address.family, .udp) else { return nil }
        guard (try? probe.connect(to: peer)) != nil, let chosen = try? probe.localAddress() else { return self }
        return chosen.address == local ? nil : self
    }
}

extension Options {
    /// The options, without the idle and datagram limits if `-k` is given: they would end the only conversation.
    fileprivate var withoutEnd: Options {
        guard keepsOpen && dialect == .openbsd else { return self }
        var options = self
        options.endpoint.timeout = nil
        options.ending.receiveLimit = nil
        return options
    }

    /// Whether each sender of datagrams gets a socket of its own, at the same port.
    var sharesDatagramPort: Bool {
        guard endpoint.usesDatagrams && keepsOpen && !endpoint.isUnix else { return false }
        return ProgramCommand(role) != nil || tls.isWanted
    }
}
