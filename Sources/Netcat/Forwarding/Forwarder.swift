// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Forwards all connections of a listener to a server, in one process.
///
/// On SIGUSR1 it prints its counters. On SIGTERM or SIGINT it stops listening and ends with the last connection; a
/// second such signal ends it at once.
final class Forwarder {
    private let target: ForwardTarget
    private let maximumConnections: Int
    private let announces: Bool
    private let console: Console
    private let access: AccessList
    private var flows: [Flow] = []
    private var entries: [PollEntry] = []
    private var present: [PollEntry] = []
    private var admission = Admission()
    private var isEnding = false
    private var counters = ForwardCounters()

    /// Creates a forwarder to `target`.
    init(
        to target: ForwardTarget,
        maximumConnections: Int,
        announcesClients: Bool,
        _ access: AccessList,
        _ console: Console
    ) {
        self.target = target
        self.maximumConnections = maximumConnections
        self.access = access
        self.console = console
        announces = announcesClients
    }

    /// Serves until SIGTERM or SIGINT.
    func run(_ listener: consuming Listener) throws(NetcatError) {
        // Each client takes two descriptors.
        DescriptorLimit.raise(to: .max)
        var listening = Optional(consume listener)
        do throws(Errno) {
            let signals = try SignalDescriptor([.user1, .terminate, .interrupt])
            if let descriptor = reference(listening) { try descriptor.setNonBlocking(true) }
            while !isEnding || !flows.isEmpty {
                try turn(listening, signals.reference)
                while let signal = signals.next() {
                    if signal == .user1 {
                        counters.print(flows, console)
                    } else {
                        if isEnding { return }
                        isEnding = true
                        // From now on, the kernel refuses connections.
                        listening = nil
                    }
                }
            }
        } catch {
            throw NetcatError("forward: \(error.message)")
        }
    }

    private func reference(_ listener: borrowing Listener?) -> InheritedDescriptor? {
        switch listener {
        case .some(let listener): listener.socket.reference
        case .none: nil
        }
    }

    private func turn(_ listener: borrowing Listener?, _ signals: InheritedDescriptor) throws(Errno) {
        entries.removeAll(keepingCapacity: true)
        // At the maximum of connections, further clients wait in the queue of the kernel.
        let hasPlaces = flows.count < maximumConnections && admission.isOpen && !flows.contains { $0.isStarved }
        entries.append(PollEntry(hasPlaces ? reference(listener) : nil, .readable))
        entries.append(PollEntry(signals, .readable))
        var deadline = admission.isOpen ? nil : admission.resumesAt
        for flow in flows {
            flow.addEntries(to: &entries)
            deadline = earliest(deadline, flow.deadline)
        }
        try pollPresent(&entries, &present, timeout: deadline?.remaining)
        var anyFinished = false
        for (index, flow) in flows.enumerated() {
            flow.advance(entries[(2 + 4 * index)..<(6 + 4 * index)])
            anyFinished = anyFinished || flow.isFinished
        }
        if anyFinished { removeFinished() }
        guard entries[0].isReadable else { return }
        switch listener {
        case .some(let listener): try accept(listener)
        case .none: break
        }
    }

    private func removeFinished() {
        for flow in flows where flow.isFinished { counters.add(flow) }
        flows.removeAll { $0.isFinished }
        admission.reopen()
    }

    private func accept(_ listener: borrowing Listener) throws(Errno) {
        while flows.count < maximumConnections {
            let client: Connection
            do throws(Errno) {
                client = try listener.accept()
            } catch {
                if error == .wouldBlock { return }
                try admission.note(error)
                if admission.isOpen { continue }
                return
            }
            guard case .internet(let peer) = client.peer, access.allows(client.peer, console) else { continue }
            if console.isVerbose { console.print("Connection received on \(client.peer.description(console))") }
            let greeting = announces ? ProxyAnnouncement.line(from: peer, to: try? client.socket.localAddress()) : ""
            counters.connections += 1
            let flow = Flow(client, to: target.addresses, greeting: greeting.bytes)
            if flow.isFinished { counters.add(flow) } else { flows.append(flow) }
            if flow.isStarved { return }
        }
    }
}

/// The first line of a connection, with the address of the client (PROXY protocol, version 1).
enum ProxyAnnouncement {
    /// The line for a client at `client` that connected to `place`.
    static func line(from client: SocketAddress, to place: SocketAddress?) -> ByteString {
        guard let place else { return "PROXY UNKNOWN\r\n" }
        let (source, target) = (client.address.unmapped, place.address.unmapped)
        guard source.family == target.family else { return "PROXY UNKNOWN\r\n" }
        let family: ByteString = source.family == .v4 ? "TCP4" : "TCP6"
        return "PROXY \(family) \(source) \(target) \(client.port) \(place.port)\r\n"
    }
}

/// The counters of a forwarder.
struct ForwardCounters {
    /// How many clients connected.
    var connections = 0
    private var failed = 0
    private var sent = 0
    private var received = 0

    /// Adds the counters of a connection that has ended.
    mutating func add(_ flow: Flow) {
        if !flow.wasConnected { failed += 1 }
        sent += flow.sent
        received += flow.received
    }

    /// Prints the counters, including those of open connections.
    func print(_ open: [Flow], _ console: Console) {
        var (sent, received) = (sent, received)
        for flow in open {
            sent += flow.sent
            received += flow.received
        }
        let clients = "\(connections) connections, \(open.count) open, \(failed) without an answer" as ByteString
        console.print("\(clients); \(sent) bytes to the server, \(received) bytes back")
    }
}
