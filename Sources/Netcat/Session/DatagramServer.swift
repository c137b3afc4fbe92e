// SPDX-License-Identifier: Apache-2.0
internal import Linux

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
        if options.sharesDatagramPort { return try serveEach(listener) }
        let socket = listener.socket.reference
        let peer = options.keepsOpen ? listener.place : try choosePeer(socket, listener.place)
        let stream = Stream(socket) { access.allows(.internet($0), console) }
        try Conversation(options.withoutEnd, console, endsWithPeer: true).serve(stream, peer)
    }

    /// Waits for a datagram from an allowed sender, and connects `socket` to the sender.
    private func choosePeer(_ socket: InheritedDescriptor, _ place: Peer) throws(NetcatError) -> Peer {
        var peer = place
        do throws(Errno) {
            if case .unix = place {
                if let sender = try socket.peekUnixSender() {
                    // The datagram of a sender that has closed its socket can be received, but not answered.
                    try? socket.connect(to: sender)
                    peer = .unix(sender.byteString)
                }
            } else {
                var sender = try socket.peekSender()
                while options.maximumConnections == 0 || !access.allows(.internet(sender), console) {
                    let refused = Buffer(capacity: 1)
                    _ = try socket.receive(into: refused)
                    sender = try socket.peekSender()
                }
                try socket.connect(to: sender)
                peer = .internet(sender)
            }
        } catch {
            throw NetcatError("receive: \(error.message)")
        }
        if console.isVerbose { console.print("Connection received on \(peer.description(console))") }
        return peer
    }

    /// Starts a program for each sender.
    private func serveEach(_ listener: consuming Listener) throws(NetcatError) {
        // A parent that ignores SIGCHLD passes that on to this process.
        CurrentProcess.restoreSignals()
        ignoreBrokenPipes()
        var socket = listener.socket
        let place = listener.place
        var children = 0
        while true {
            let peer = try choosePeer(socket.reference, place)
            while children > 0, (try? CurrentProcess.reapChild(waits: false)) != nil { children -= 1 }
            if children < options.maximumConnections {
                do throws(Errno) {
                    guard try CurrentProcess.fork() != nil else { CurrentProcess.exit(serve(socket, peer)) }
                    children += 1
                } catch {
                    // The datagram is lost; there may be a process for the next one.
                    console.print("Datagram from \(peer.parts.address.escaped) lost: no process: \(error.sentence)")
                }
            } else {
                console.log("Connection refused: there are \(children) already")
            }
            // This socket is connected now; a new socket takes the next sender.
            socket = try successor(place)
        }
    }

    /// A new socket at the same address, as soon as there is a descriptor for it.
    private func successor(_ place: Peer) throws(NetcatError) -> FileDescriptor {
        while true {
            do throws(Errno) {
                return try another(place)
            } catch {
                guard case .exhausted = AcceptFailure(error) else { throw NetcatError("listen: \(error.message)") }
                pause(for: Admission.pause)
            }
        }
    }

    private func serve(_ socket: borrowing FileDescriptor, _ peer: Peer) -> Int32 {
        do throws(NetcatError) {
            try Conversation(options, console, endsWithPeer: true).serve(Stream(socket.reference), peer)
            return 0
        } catch {
            error.report(to: console)
            return 1
        }
    }

    /// A new socket at the same address.
    private func another(_ place: Peer) throws(Errno) -> FileDescriptor {
        guard case .internet(let address) = place else { throw .invalidArgument }
        let socket = try FileDescriptor.socket(address.address.family, .udp)
        try socket.setReuseAddress(true)
        if options.dialect == .ncat && options.endpoint.family == .v6 { try socket.setIPv6Only(true) }
        try socket.bind(to: address)
        return socket
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
        return ProgramCommand(role) != nil
    }
}
