// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Forwards all connections of some listeners to their servers, in one process. The work for a connection is the same
/// however many others are idle.
///
/// On SIGUSR1 it prints its counters. On SIGTERM or SIGINT it stops listening and ends with the last connection; a
/// second such signal ends it at once.
class Forwarder {
    private let rules: ForwardRules
    /// Where messages go.
    let console: Console
    private let access: AccessList
    /// All routes, also those that are closed and still have connections.
    private(set) var routes: [Route] = []
    /// The number of the next route.
    private(set) var nextRoute = 0
    private let flows = FlowTable()
    private var runnable: [Int] = []
    private let found = FoundEvents(capacity: 256)
    private var admission = Admission()
    /// Whether no more clients are accepted.
    private(set) var isEnding = false
    private var now = Instant.now

    /// Creates a forwarder without routes.
    init(_ rules: ForwardRules, _ access: AccessList, _ console: Console) {
        self.rules = rules
        self.access = access
        self.console = console
    }

    /// Adds a route.
    /// - Parameter name: where it listens, in the words of the user.
    func add(_ listener: consuming Listener, _ name: ByteString, to target: ForwardTarget) {
        routes.append(Route(listener, name, to: target, index: nextRoute, console))
        nextRoute += 1
    }

    /// Adds routes, and forgets those that are closed and have no connections. Adds none if it throws.
    func add(_ new: [Route], _ tools: ForwardTools) throws(Errno) {
        for route in new { try watch(route, tools) }
        routes.removeAll { $0.socket == nil && $0.counters.active == 0 }
        routes += new
        nextRoute += new.count
    }

    // What a service has in addition.

    /// The signals that are received, and do not end the process.
    var signals: [SignalDescriptor.Signal] { [.user1, .terminate, .interrupt] }
    /// Called when all routes listen.
    func begin(_ tools: ForwardTools) throws(Errno) {}
    /// Called when no more clients are accepted.
    func beginEnd() {}
    /// Called at the end.
    func end() {}
    /// Handles an event of something else than the routes and flows.
    func handle(_ event: EventToken, _ tools: ForwardTools) {}
    /// Called on SIGHUP, if it is among the signals.
    func reload(_ tools: ForwardTools) {}
    /// When `handleOwnDeadline` has something to do.
    var ownDeadline: Instant? { nil }
    /// Called when it may be time.
    func handleOwnDeadline(_ now: Instant) {}

    /// Serves until SIGTERM or SIGINT.
    func run() throws(NetcatError) {
        // Each client takes two descriptors.
        DescriptorLimit.raise(to: .max)
        do throws(Errno) {
            let tools = try ForwardTools()
            let signals = try SignalDescriptor(signals)
            try tools.events.add(signals, .readable, token: EventToken.signals.rawValue, onChange: false)
            for route in routes { try watch(route, tools) }
            try begin(tools)
            while !isEnding || flows.count > 0 {
                try turn(signals, tools)
            }
        } catch {
            throw NetcatError("forward: \(error.message)")
        }
        end()
    }

    /// Begins to accept clients of `route`.
    private func watch(_ route: Route, _ tools: ForwardTools) throws(Errno) {
        guard let socket = route.socket else { return }
        try socket.setNonBlocking(true)
        // Connections have these settings of their listener; a Unix socket has neither.
        try? socket.setNoDelay(true)
        if let idle = rules.keepAlive { try? socket.setKeepAlive(idle: idle) }
        try tools.events.add(socket, .readable, token: EventToken.listener(route.index).rawValue, onChange: true)
    }

    /// Whether a client can be accepted now; otherwise, it waits in the queue of the kernel.
    private var hasPlaces: Bool {
        flows.count < rules.maximumConnections && admission.isOpen && flows.first(of: .starved) == nil
    }

    private func turn(_ signals: borrowing SignalDescriptor, _ tools: ForwardTools) throws(Errno) {
        let isBusy = !runnable.isEmpty || hasPlaces && routes.contains { $0.hasClients }
        do throws(Errno) {
            try tools.events.wait(for: found, timeout: isBusy ? Milliseconds(rawValue: 0) : nextDeadline?.remaining)
        } catch {
            if error != .interrupted { throw error }
        }
        now = .now
        let resumed = runnable
        runnable.removeAll(keepingCapacity: true)
        var hasSignal = false
        for index in 0..<found.count {
            let (token, events) = found[index]
            switch EventToken(rawValue: token) {
            case .flow(let index, let side):
                // The flow may have ended with an event before this one.
                guard let flow = flows[index] else { continue }
                flow.note(events, of: side, tools)
                advance(flow, tools)
            case .listener(let index): for route in routes where route.index == index { route.noteClients() }
            case .signals: hasSignal = true
            case let other: handle(other, tools)
            }
        }
        for index in resumed {
            if let flow = flows[index] { advance(flow, tools) }
        }
        handleDeadlines(tools)
        for route in routes where route.hasClients && hasPlaces { try accept(from: route, tools) }
        while hasSignal, let signal = signals.next() { handle(signal, tools) }
    }

    private func handle(_ signal: SignalDescriptor.Signal, _ tools: ForwardTools) {
        switch signal {
        case .user1:
            for route in routes {
                console.print(routes.count == 1 ? route.counters.line : "\(route.name): \(route.counters.line)")
            }
        case .hangUp: reload(tools)
        default:
            // A second signal leaves nothing to wait for.
            if isEnding {
                end()
                CurrentProcess.exit(0)
            }
            isEnding = true
            beginEnd()
            for route in routes { route.close() }
        }
    }

    private func advance(_ flow: Flow, _ tools: ForwardTools) {
        flow.advance(tools)
        place(flow)
    }

    /// Puts `flow` where its state belongs, after something has happened to it.
    private func place(_ flow: Flow) {
        switch flow.state {
        case .connecting: flows.put(flow.index, in: .connecting, since: now)
        case .starved: flows.put(flow.index, in: .starved, since: now)
        case .open: flows.put(flow.index, in: .active, since: now)
        case .resetting: flows.put(flow.index, in: .resetting, since: now)
        case .finished:
            flow.route.counters.active -= 1
            flows.remove(flow.index)
            return admission.reopen()
        }
        if flow.isRunnable { runnable.append(flow.index) }
    }

    private func accept(from route: Route, _ tools: ForwardTools) throws(Errno) {
        // A bounded number, so that connections that exist have their turn.
        for _ in 0..<64 where hasPlaces {
            guard let listener = route.socket else { return }
            var address: SocketAddress?
            let client: FileDescriptor
            do throws(Errno) {
                client = try listener.accept(from: &address)
            } catch {
                if error == .wouldBlock {
                    route.hasClients = false
                    return
                }
                try admission.note(error)
                continue
            }
            guard let peer = route.peer(address), access.allows(peer, console) else { continue }
            if console.isVerbose { console.print("Connection received on \(peer.description(console))") }
            let greeting = rules.announcement?.bytes(for: peer, client) ?? []
            route.counters.accepted += 1
            route.counters.active += 1
            let flow = Flow(client, route, index: flows.reserve())
            flows.insert(flow)
            flow.begin(greeting: greeting, tools)
            place(flow)
        }
    }

    // MARK: Deadlines

    private static var connectLimit: Milliseconds { .seconds(30) }
    private static var resetPause: Milliseconds { Milliseconds(rawValue: 20) }

    /// After how long without a transfer a flow counts as dormant.
    private var settleTime: Milliseconds { rules.idleLimit.map { min($0, .seconds(1)) } ?? .seconds(1) }

    /// How long a flow may stay in `queue`; nil for no limit.
    private func limit(of queue: FlowTable.Queue) -> Milliseconds? {
        switch queue {
        case .connecting: Forwarder.connectLimit
        case .starved: Admission.pause
        case .active: settleTime
        case .dormant: rules.idleLimit
        case .resetting: Forwarder.resetPause
        }
    }

    private var nextDeadline: Instant? {
        var deadline = admission.isOpen ? nil : admission.resumesAt
        for queue in FlowTable.Queue.allCases {
            guard let limit = limit(of: queue), let (_, since) = flows.first(of: queue) else { continue }
            deadline = earliest(deadline, since + limit)
        }
        for route in routes { deadline = earliest(deadline, route.reportsRefusalsAt) }
        return earliest(deadline, ownDeadline)
    }

    private func handleDeadlines(_ tools: ForwardTools) {
        for queue in FlowTable.Queue.allCases {
            guard let limit = limit(of: queue) else { continue }
            while let (flow, since) = flows.first(of: queue), since + limit <= now {
                switch queue {
                case .connecting: flow.giveUpAddress(.timedOut, tools)
                case .starved: flow.connectNext(tools)
                case .active:
                    if let idle = rules.keepAlive { flow.keepAlive(idle: idle) }
                    flows.put(flow.index, in: .dormant, since: since)
                    continue
                case .dormant: flow.expire()
                case .resetting: flow.reset()
                }
                place(flow)
            }
        }
        for route in routes { route.reportRefusals() }
        handleOwnDeadline(now)
    }
}
