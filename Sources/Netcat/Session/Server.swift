// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Waits for connections and serves them, one after the other.
struct Server {
    /// What was asked for.
    let options: Options
    /// Where messages go.
    let console: Console

    /// Listens, and serves one connection, or with `-k` one after the other.
    func run() throws(Failure) {
        let listener = try Listener(options, console)
        let verb: ByteString = options.endpoint.usesDatagrams ? "Bound" : "Listening"
        if console.isVerbose {
            console.say("\(verb) on \(console.name(of: listener.address)) \(listener.address.port)")
        }
        if options.endpoint.usesDatagrams {
            try serveDatagrams(listener)
        } else {
            repeat {
                try serve(listener)
            } while options.keepsOpen
        }
    }

    private func serve(_ listener: borrowing Listener) throws(Failure) {
        do throws(Errno) {
            let socket = try listener.socket.accept()
            tell(try? socket.peerAddress())
            Session(options, endsWithPeer: true).relay(socket.reference)
        } catch {
            // The client was gone before we came to it: no reason to stop.
            if error != .connectionAborted { throw Failure("accept: \(error.message)") }
        }
    }

    private func tell(_ peer: SocketAddress?) {
        guard console.isVerbose, let peer else { return }
        console.say("Connection received on \(console.name(of: peer)) \(peer.port)")
    }

    /// The first to send something is the peer; with `-k`, everybody is heard.
    private func serveDatagrams(_ listener: borrowing Listener) throws(Failure) {
        let socket = listener.socket.reference
        do throws(Errno) {
            if !options.keepsOpen {
                let peer = try socket.peekSender()
                try socket.connect(to: peer)
                tell(peer)
            }
        } catch {
            throw Failure("receive: \(error.message)")
        }
        Session(options, endsWithPeer: true).relay(socket)
    }
}
