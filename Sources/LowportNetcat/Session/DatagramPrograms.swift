// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Starts a program for each sender of datagrams, with a socket of its own that is connected to the sender.
struct DatagramPrograms {
    /// A datagram that was received before its sender had a socket of its own.
    private struct Arrival {
        let path: DatagramPath
        let bytes: [UInt8]
    }

    private let options: Options
    private let console: Console
    private let access: AccessList

    /// Creates a server.
    init(_ options: Options, _ console: Console, _ access: AccessList) {
        self.options = options
        self.console = console
        self.access = access
    }

    /// Serves until a signal ends the process.
    func run(_ listener: borrowing Listener) throws(NetcatError) {
        guard case .internet(let place) = listener.place else { throw NetcatError("not an internet socket") }
        // A parent that ignores SIGCHLD passes that on to this process.
        CurrentProcess.restoreSignals()
        ignoreBrokenPipes()
        // Inherited sockets may lack it, and the sockets of the senders have the same port.
        try? listener.socket.setReuseAddress(true)
        let buffer = Buffer(capacity: 65536)
        var waiting: [Arrival] = []
        var children = 0
        while true {
            do throws(Errno) {
                if waiting.isEmpty {
                    _ = try listener.socket.wait(for: .readable, until: nil)
                    guard let arrival = receive(listener, buffer) else { continue }
                    waiting.append(arrival)
                }
                while children > 0, try CurrentProcess.reapChild(waits: false) != nil { children -= 1 }
            } catch {
                throw NetcatError("listen: \(error.message)")
            }
            if start(&waiting, listener, place, children, buffer) { children += 1 }
        }
    }

    /// Starts a program for the sender of the first waiting datagram, and removes that sender's datagrams.
    /// - Returns: whether there is another child. What prevents it concerns this sender only.
    private func start(
        _ waiting: inout [Arrival],
        _ listener: borrowing Listener,
        _ place: SocketAddress,
        _ children: Int,
        _ buffer: Buffer
    ) -> Bool {
        let path = waiting[0].path
        guard options.maximumConnections > 0, let peer = path.peer, access.allows(.internet(peer), console) else {
            waiting.removeFirst()
            return false
        }
        let name = Peer.internet(peer)
        console.logClient(name, isConnectionless: true)
        guard children < options.maximumConnections else {
            console.logDenial(of: name, .limit(children), isAnnounced: true)
            waiting.removeFirst()
            return false
        }
        do throws(Errno) {
            let socket = try socket(for: path, peer, place)
            // From now on, the sender's datagrams reach that socket; this one has what came before.
            drain(listener, &waiting, buffer)
            let own = waiting.filter { $0.path == path }
            waiting.removeAll { $0.path == path }
            if try CurrentProcess.fork() != nil { return true }
            // This process may outlive the server, and must not keep its port.
            try? FileDescriptor(owning: listener.socket.rawValue).close()
            CurrentProcess.exit(serve(socket, after: own.map { $0.bytes }, name))
        } catch {
            waiting.removeAll { $0.path == path }
            console.print("Datagram from \(name.parts.address.escaped) lost: no process: \(error.sentence)")
            return false
        }
    }

    /// A socket at the address that the sender used, connected to the sender.
    private func socket(
        for path: DatagramPath,
        _ peer: SocketAddress,
        _ place: SocketAddress
    ) throws(Errno) -> FileDescriptor {
        let socket = try DatagramServer.another(.internet(path.local(port: place.port) ?? place), options)
        try socket.connect(to: peer)
        return socket
    }

    /// Receives one datagram; nil if there is none, or if it could not be received.
    private func receive(_ listener: borrowing Listener, _ buffer: Buffer) -> Arrival? {
        var path: DatagramPath?
        defer { buffer.remove(buffer.count) }
        guard (try? listener.socket.receive(into: buffer, along: &path)) != nil, let path else { return nil }
        return Arrival(path: path, bytes: buffer.bytes)
    }

    /// Receives what the queue of the listener holds: some hundred datagrams, as long as the buffer is of the usual size.
    private func drain(_ listener: borrowing Listener, _ waiting: inout [Arrival], _ buffer: Buffer) {
        var size = 0
        while size < 4 << 20, waiting.count < 4096, let arrival = receive(listener, buffer) {
            size += arrival.bytes.count
            waiting.append(arrival)
        }
    }

    /// Serves the peer of `socket`, which had sent the datagrams `own` before.
    private func serve(_ socket: borrowing FileDescriptor, after own: [[UInt8]], _ peer: Peer) -> Int32 {
        do throws(NetcatError) {
            let stream = Stream(socket.reference, Correspondents(of: .peer(own)))
            try Conversation(options, console, endsWithPeer: true).serve(stream, peer)
            return 0
        } catch {
            error.report(to: console)
            return 1
        }
    }
}
