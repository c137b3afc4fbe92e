// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Forwards connections of some listeners to their servers, in one process. The work for a connection is the same however
/// many others are idle.
///
/// On SIGUSR1 it prints the counters. On SIGTERM or SIGINT it stops listening and ends with the last connection; a second
/// such signal ends it at once.
class Forwarder {
    private let rules: ForwardRules
    private let console: Console
    private let access: AccessList
    private let entrance: Entrance
    private let flows = FlowTable()
    private var runnable: [Int] = []
    private let found = FoundEvents(capacity: 256)
    /// Whether no more clients are accepted.
    private var isEnding = false
    private var now = Instant.now

    /// Creates a forwarder without routes.
    /// - Parameter places: how many connections may be open at once.
    init(_ rules: ForwardRules, _ places: Places, _ access: AccessList, _ console: Console) {
        self.rules = rules
        self.access = access
        self.console = console
        entrance = Entrance(rules, places)
    }

    /// Adds a route.
    func add(_ route: Route) { entrance.add(route) }

    // What is different in a process of several.

    /// The signals that are received, and do not end the process.
    var signals: [SignalDescriptor.Signal] { [.user1, .terminate, .interrupt] }
    /// Called before clients are accepted.
    func begin(_ tools: ForwardTools) throws(Errno) {}
    /// Handles an event of something else than the routes and flows.
    func handle(_ event: EventToken, _ tools: ForwardTools) {}
    /// Tells the other processes that clients may be waiting.
    func callOthers() {}

    /// Serves until SIGTERM or SIGINT.
    func run() throws(NetcatError) {
        // Each client takes two descriptors.
        DescriptorLimit.raise(to: .max)
        do throws(Errno) {
            let tools = try ForwardTools()
            let signals = try SignalDescriptor(signals)
            try tools.events.add(signals, .readable, token: EventToken.signals.rawValue, onChange: false)
            try begin(tools)
            if !isEnding { try entrance.open(tools) }
            while !isEnding || flows.count > 0 {
                try turn(signals, tools)
            }
            if try entrance.settle(hasRoom: false, tools) { callOthers() }
        } catch {
            throw NetcatError("forward: \(error.message)")
        }
    }

    /// Accepts no more clients.
    func close(_ tools: ForwardTools) {
        isEnding = true
        entrance.close(tools)
    }

    /// Looks for clients that may be waiting.
    func lookForClients() { entrance.noteClients() }

    /// Whether the connections that exist leave room for others.
    private var hasRoom: Bool { !isEnding && flows.first(of: .starved) == nil }

    private func turn(_ signals: borrowing SignalDescriptor, _ tools: ForwardTools) throws(Errno) {
        if try entrance.settle(hasRoom: hasRoom, tools) { callOthers() }
        let isBusy = !runnable.isEmpty || hasRoom && entrance.hasWork
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
            case .listener(let index): entrance.noteClients(of: index)
            case .signals: hasSignal = true
            case let other: handle(other, tools)
            }
        }
        for index in resumed {
            if let flow = flows[index] { advance(flow, tools) }
        }
        handleDeadlines(tools)
        for route in entrance.routes where route.hasClients && hasRoom { try accept(from: route, tools) }
        while hasSignal, let signal = signals.next() { handle(signal, tools) }
    }

    private func handle(_ signal: SignalDescriptor.Signal, _ tools: ForwardTools) {
        if signal == .user1 {
            for route in entrance.routes { console.print(route.counters.line) }
            return
        }
        // A second signal leaves nothing to wait for.
        if isEnding { CurrentProcess.exit(0) }
        close(tools)
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
            flows.remove(flow.index)
            return leave(flow.route)
        }
        if flow.isRunnable { runnable.append(flow.index) }
    }

    private func leave(_ route: Route) {
        route.counters.add(-1, to: .active)
        entrance.leave()
    }

    /// How many clients are accepted at a time: few, so that connections that exist have their turn, and other processes share
    /// the work; many after connections that exist have taken a millisecond or more.
    private var clientsOfTurn: Int { now.elapsed.rawValue < 1 ? 4 : 64 }

    private func accept(from route: Route, _ tools: ForwardTools) throws(Errno) {
        for _ in 0..<clientsOfTurn where hasRoom {
            guard let client = try entrance.accept(from: route) else { break }
            route.counters.add(1, to: .active)
            guard access.allows(client.peer, console) else {
                leave(route)
                continue
            }
            route.counters.add(1, to: .accepted)
            if console.isVerbose { console.print("Connection received on \(client.peer.description(console))") }
            let greeting = rules.announcement?.bytes(for: client.peer, client.socket) ?? []
            let flow = Flow(client, index: flows.reserve())
            flows.insert(flow)
            flow.begin(greeting: greeting, tools)
            place(flow)
        }
        try entrance.yield(route, tools)
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
        var deadline = entrance.resumesAt
        for queue in FlowTable.Queue.allCases {
            guard let limit = limit(of: queue), let (_, since) = flows.first(of: queue) else { continue }
            deadline = earliest(deadline, since + limit)
        }
        for route in entrance.routes { deadline = earliest(deadline, route.reportsRefusalsAt) }
        return deadline
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
                // What the client has sent and ended meanwhile is not reported again.
                advance(flow, tools)
            }
        }
        for route in entrance.routes { route.reportRefusals() }
    }
}
