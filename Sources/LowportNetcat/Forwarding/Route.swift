// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A listener, and where its clients are connected to.
final class Route {
    /// The number of the route.
    let index: Int
    /// Where it listens, in the words of the user.
    let name: ByteString
    /// Where clients are connected to; connections that exist keep theirs.
    var target: ForwardTarget
    /// The counters of the route.
    let counters: ForwardCounters
    /// Whether clients may be waiting in the queue of the kernel.
    var hasClients = true
    private var listener: Listener?
    private let console: Console
    private var refusals: RefusalLog
    private var cutOffs: RefusalLog

    /// Creates a route. Throws ENOMEM if there is no memory for its counters.
    init(
        _ listener: consuming Listener,
        _ name: ByteString,
        to target: ForwardTarget,
        index: Int,
        _ console: Console
    ) throws(Errno) {
        counters = try ForwardCounters()
        refusals = try RefusalLog()
        cutOffs = try RefusalLog()
        self.listener = consume listener
        self.name = name
        self.target = target
        self.index = index
        self.console = console
    }

    /// The socket that listens, until `close`.
    var socket: InheritedDescriptor? {
        switch listener {
        case .some(let listener): listener.socket.reference
        case .none: nil
        }
    }

    /// The address of the socket, in `peer` unless a client has one of its own.
    func peer(_ address: SocketAddress?) -> Peer? {
        if let address { return .internet(address) }
        switch listener {
        case .some(let listener): return listener.place
        case .none: return nil
        }
    }

    /// Notes that clients may be waiting.
    func noteClients() { hasClients = socket != nil }

    /// Stops listening: from now on, the kernel refuses connections.
    func close() {
        listener = nil
        hasClients = false
    }

    /// Counts and reports that the target could not be reached.
    func noteRefusal(_ reason: Errno) {
        counters.add(1, to: .refused)
        refusals.note("cannot connect to \(target.host) port \(target.port): \(reason.message)", console)
    }

    /// Reports that the limit for a time without data ended a connection while data was waiting.
    func noteCutOff() { cutOffs.note(Relay.cutOff, console) }

    /// When `reportRefusals` has something to say.
    var reportsRefusalsAt: Instant? { earliest(refusals.dueAt, cutOffs.dueAt) }

    /// Reports how often what was not reported has happened.
    func reportRefusals() {
        refusals.report(console)
        cutOffs.report(console)
    }
}
