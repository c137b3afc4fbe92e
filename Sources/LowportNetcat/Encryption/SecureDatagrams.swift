// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportTLS

/// Waits for a peer on a socket of datagrams (DTLS): nothing is kept for a sender before it has proven its address.
struct SecureDatagrams {
    private let options: Options
    private let console: Console
    private let access: AccessList

    /// Creates it for a listener with the given options.
    init(_ options: Options, _ console: Console, _ access: AccessList) {
        self.options = options
        self.console = console
        self.access = access
    }

    /// How long a handshake may take without `-w`; a peer that leaves in it does not say so.
    private static var handshakeLimit: Milliseconds { .seconds(30) }

    /// Serves one peer, or with `-k` all of them: one after the other, or each with a program of its own.
    func run(_ listener: consuming Listener) throws(NetcatError) {
        var socket = listener.socket
        var children = 0
        // A parent that ignores SIGCHLD passes that on to this process.
        CurrentProcess.restoreSignals()
        ignoreBrokenPipes()
        while true {
            let (session, peer) = try accept(on: socket.reference)
            guard options.keepsOpen else { return try serve(socket.reference, session, peer) }
            // Others wait at a new socket.
            let next = try anotherSocket(listener.place)
            if ProgramCommand(options.role) == nil {
                report { () throws(NetcatError) in try serve(socket.reference, session, peer) }
            } else if start(socket.reference, session, peer, &children) {
                children += 1
            }
            socket = next
        }
    }

    /// A socket for the next peer; waits until there is a descriptor for one.
    private func anotherSocket(_ place: Peer) throws(NetcatError) -> FileDescriptor {
        while true {
            do throws(Errno) { return try DatagramServer.another(place, options) } catch {
                guard case .exhausted = AcceptFailure(error) else { throw NetcatError("listen: \(error.message)") }
                pause(for: Admission.pause)
            }
        }
    }

    /// Starts a process with a program for `peer`.
    /// - Returns: whether there is another child. What prevents it concerns this peer only.
    private func start(
        _ socket: InheritedDescriptor,
        _ session: TLSSession,
        _ peer: Peer,
        _ children: inout Int
    ) -> Bool {
        do throws(Errno) {
            while children > 0, try CurrentProcess.reapChild(waits: false) != nil { children -= 1 }
            if children >= options.maximumConnections {
                console.logDenial(of: peer, .limit(children), isAnnounced: true)
                return false
            }
            if try CurrentProcess.fork() != nil { return true }
        } catch {
            console.print("Connection from \(peer.parts.address.escaped) lost: no process: \(error.sentence)")
            return false
        }
        let isServed = report { () throws(NetcatError) in try serve(socket, session, peer) }
        CurrentProcess.exit(isServed ? 0 : 1)
    }

    private func serve(_ socket: InheritedDescriptor, _ session: TLSSession, _ peer: Peer) throws(NetcatError) {
        let limit = options.endpoint.timeout ?? SecureDatagrams.handshakeLimit
        let stream = try Encryption(options, console).stream(over: socket, session, isServer: true, within: limit)
        try Conversation(options, console, endsWithPeer: true).serve(stream, peer)
    }

    /// Does `body`, and reports its error: the error of one peer does not concern the next. Returns whether there was none.
    @discardableResult private func report(_ body: () throws(NetcatError) -> Void) -> Bool {
        do throws(NetcatError) {
            try body()
            return true
        } catch {
            error.report(to: console)
            return false
        }
    }

    /// Waits until a sender has proven its address, and connects `socket` to it.
    /// - Returns: the session, before its handshake, and the peer.
    private func accept(on socket: InheritedDescriptor) throws(NetcatError) -> (TLSSession, Peer) {
        let session = try Encryption(options, console).session(over: socket, isServer: true)
        let unwanted = Buffer(capacity: 1)
        do throws(Errno) {
            while true {
                let sender = try socket.peekSender()
                guard options.maximumConnections > 0, access.allows(.internet(sender), console) else {
                    _ = try socket.receive(into: unwanted)
                    unwanted.remove(unwanted.count)
                    continue
                }
                guard session.listen() else { continue }
                try socket.connect(to: sender)
                session.takePeer()
                console.logClient(.internet(sender), isConnectionless: true)
                return (session, .internet(sender))
            }
        } catch {
            throw NetcatError("receive: \(error.message)")
        }
    }
}
