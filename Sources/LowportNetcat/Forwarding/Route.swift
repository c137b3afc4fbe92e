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
    var counters = ForwardCounters()
    /// Whether clients may be waiting in the queue of the kernel.
    var hasClients = true
    private var listener: Listener?
    private let console: Console
    private var refusals = RefusalLog()

    /// Creates a route.
    init(
        _ listener: consuming Listener,
        _ name: ByteString,
        to target: ForwardTarget,
        index: Int,
        _ console: Console
    ) {
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
        counters.refused += 1
        refusals.note("cannot connect to \(target.host) port \(target.port): \(reason.message)", console)
    }

    /// When `reportRefusals` has something to say.
    var reportsRefusalsAt: Instant? { refusals.dueAt }

    /// Reports how many refusals were not reported.
    func reportRefusals() { refusals.report(console) }
}

/// The counters of a route.
struct ForwardCounters {
    /// How many clients were accepted.
    var accepted = 0
    /// How many of these are still connected.
    var active = 0
    /// How many clients could not be connected to the target.
    var refused = 0
    /// How many connections ended with a reset or by a time limit.
    var failed = 0
    /// How many bytes went to the target.
    var sent = 0
    /// How many bytes came from it.
    var received = 0

    /// The counters as a line of text.
    var line: ByteString {
        let clients = "\(accepted) connections, \(active) open, \(refused) without an answer" as ByteString
        return "\(clients); \(sent) bytes to the server, \(received) bytes back"
    }
}

/// Reports refusals, but not each one: a server that is down would fill the log.
struct RefusalLog {
    private var quietUntil: Instant?
    private var unreported = 0
    private var last: ByteString = ""

    private static var interval: Milliseconds { .seconds(10) }

    /// When there is something to report.
    var dueAt: Instant? { unreported > 0 ? quietUntil : nil }

    /// Reports `line`, now or with others later.
    mutating func note(_ line: ByteString, _ console: Console) {
        if let quietUntil, Instant.now < quietUntil {
            unreported += 1
            last = line
            return
        }
        console.printError(line)
        quietUntil = Instant.now + RefusalLog.interval
    }

    /// Reports what was not reported yet, once it is time.
    mutating func report(_ console: Console) {
        guard let dueAt, dueAt <= Instant.now else { return }
        console.printError("\(last) (\(unreported) times more)")
        unreported = 0
        quietUntil = Instant.now + RefusalLog.interval
    }
}
