// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Forwards datagrams to a server, and its answers to the clients. Forgets a client after a minute without a datagram
/// in either direction.
final class DatagramForwarder {
    /// A client, and the socket that represents it to the server.
    private final class Correspondent {
        let client: DatagramPath
        let socket: FileDescriptor
        var lastUse = Instant.now

        init(_ client: DatagramPath, _ socket: consuming FileDescriptor) {
            self.client = client
            self.socket = socket
        }
    }

    private let target: SocketAddress
    private let maximumClients: Int
    private let console: Console
    private let access: AccessList
    private let buffer = Buffer(capacity: 65536)
    private var correspondents: [Correspondent] = []
    private var counters = (clients: 0, sent: 0, received: 0)

    private static var memory: Milliseconds { .seconds(60) }

    /// Creates a forwarder to the first address of `target`.
    init(to target: ForwardTarget, maximumClients: Int, _ access: AccessList, _ console: Console) throws(NetcatError) {
        guard let address = target.addresses.first else { throw NetcatError("no address of \(target.host)") }
        self.target = address
        self.maximumClients = maximumClients
        self.access = access
        self.console = console
    }

    /// Serves until a signal ends it.
    func run(_ listener: borrowing Listener) throws(NetcatError) {
        do throws(Errno) {
            let signals = try SignalDescriptor([.user1, .terminate, .interrupt])
            while true {
                try turn(listener.socket.reference, signals.reference)
                while let signal = signals.next() {
                    guard signal == .user1 else { return }
                    let (sent, received) = (counters.sent, counters.received)
                    console.print("\(counters.clients) clients; \(sent) bytes to the server, \(received) bytes back")
                }
            }
        } catch {
            throw NetcatError("forward: \(error.message)")
        }
    }

    private func turn(_ listener: InheritedDescriptor, _ signals: InheritedDescriptor) throws(Errno) {
        var entries = [PollEntry(listener, .readable), PollEntry(signals, .readable)]
        for known in correspondents { entries.append(PollEntry(known.socket.reference, .readable)) }
        let oldest = correspondents.map { $0.lastUse }.min()
        do throws(Errno) {
            _ = try poll(&entries, timeout: oldest.map { ($0 + DatagramForwarder.memory).remaining })
        } catch {
            if error != .interrupted { throw error }
        }
        for (index, known) in correspondents.enumerated() where entries[2 + index].isReadable {
            passBack(known, through: listener)
        }
        if entries[0].isReadable { passOn(from: listener) }
        correspondents.removeAll { ($0.lastUse + DatagramForwarder.memory) <= Instant.now }
    }

    private func passOn(from listener: InheritedDescriptor) {
        var path: DatagramPath?
        guard let count = try? listener.receive(into: buffer, along: &path), let path, let known = correspondent(path)
        else { return buffer.remove(buffer.count) }
        known.lastUse = .now
        counters.sent += count
        // A datagram that the kernel does not accept now is lost, as it may be anywhere in the network.
        _ = try? known.socket.send(from: buffer)
        buffer.remove(buffer.count)
    }

    private func passBack(_ known: Correspondent, through listener: InheritedDescriptor) {
        known.lastUse = .now
        if let count = try? known.socket.receive(into: buffer) {
            counters.received += count
            _ = try? listener.send(from: buffer, along: known.client)
        }
        buffer.remove(buffer.count)
    }

    private func correspondent(_ client: DatagramPath) -> Correspondent? {
        if let known = correspondents.first(where: { $0.client == client }) { return known }
        guard let peer = client.peer, maximumClients > 0, access.allows(.internet(peer), console) else { return nil }
        // Whoever has been silent for longest is the least likely to miss the place.
        if correspondents.count >= maximumClients { forgetOldest() }
        guard let socket = connectedSocket() else { return nil }
        if console.isVerbose { console.print("Connection received on \(Peer.internet(peer).description(console))") }
        counters.clients += 1
        let new = Correspondent(client, socket)
        correspondents.append(new)
        return new
    }

    private func forgetOldest() {
        guard let oldest = correspondents.indices.min(by: { correspondents[$0].lastUse < correspondents[$1].lastUse })
        else { return }
        correspondents.remove(at: oldest)
    }

    private func connectedSocket() -> FileDescriptor? {
        guard let socket = try? FileDescriptor.socket(target.address.family, .udp),
            (try? socket.connect(to: target)) != nil
        else { return nil }
        return socket
    }
}
