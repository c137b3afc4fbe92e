// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Where the clients of a forwarder come in: its routes, and whether there is a place for one more.
///
/// Several processes can accept clients of the same listeners. Then an event wakes one of them, and so a process that
/// cannot accept anybody does not wait for these events.
final class Entrance {
    /// A client that was accepted.
    struct Client: ~Copyable {
        /// Its connection.
        let socket: FileDescriptor
        /// Its address.
        let peer: Peer
        /// Where it came in.
        let route: Route
    }

    /// The routes.
    private(set) var routes: [Route] = []
    private let rules: ForwardRules
    private let places: Places
    private var admission = Admission()
    private var isWatched = false
    /// Whether others must learn that clients may be waiting.
    private var owesCall = false
    /// How many clients of this process are connected.
    private var clients = 0

    private var isShared: Bool { places.processes > 1 }

    /// Creates an entrance without routes.
    init(_ rules: ForwardRules, _ places: Places) {
        self.rules = rules
        self.places = places
    }

    /// Adds a route.
    func add(_ route: Route) { routes.append(route) }

    /// Begins to wait for clients.
    func open(_ tools: ForwardTools) throws(Errno) {
        for route in routes {
            guard let socket = route.socket else { continue }
            try socket.setNonBlocking(true)
            // Connections have these settings of their listener; a Unix socket has neither.
            try? socket.setNoDelay(true)
            if let idle = rules.keepAlive { try? socket.setKeepAlive(idle: idle) }
        }
        try watch(tools)
    }

    private func watch(_ tools: ForwardTools) throws(Errno) {
        isWatched = true
        for route in routes { try watch(route, tools) }
    }

    private func watch(_ route: Route, _ tools: ForwardTools) throws(Errno) {
        guard let socket = route.socket else { return }
        let events: ReadyEvents = isShared ? [.readable, .exclusive] : .readable
        try tools.events.add(socket, events, token: EventToken.listener(route.index).rawValue, onChange: true)
    }

    /// Whether there may be a client that can be accepted now.
    var hasWork: Bool { isWatched && admission.isOpen && places.hasFree && routes.contains { $0.hasClients } }

    /// When to accept clients again after something has run out.
    var resumesAt: Instant? { admission.isOpen ? nil : admission.resumesAt }

    /// Notes that clients may be waiting: of one route, or anywhere.
    func noteClients(of index: Int? = nil) {
        for route in routes where index == nil || route.index == index { route.noteClients() }
    }

    /// Leaves the clients to other processes as long as this one has no room for them.
    /// - Parameter hasRoom: whether it has, as far as the connections that exist are concerned.
    /// - Returns: whether the others must learn that clients may be waiting.
    func settle(hasRoom: Bool, _ tools: ForwardTools) throws(Errno) -> Bool {
        if !isShared { return false }
        defer { owesCall = false }
        let wants = hasRoom && admission.isOpen
        if wants == isWatched { return owesCall }
        if wants {
            try watch(tools)
            return owesCall
        }
        isWatched = false
        for route in routes { unwatch(route, tools) }
        return true
    }

    /// Closing is not enough: other processes have the socket as well.
    private func unwatch(_ route: Route, _ tools: ForwardTools) {
        if let socket = route.socket { try? tools.events.remove(socket) }
    }

    /// The next client of `route`; nil if there is none, or no place for one.
    func accept(from route: Route) throws(Errno) -> Client? {
        while admission.isOpen, let listener = route.socket, places.take() {
            var address: SocketAddress?
            do throws(Errno) {
                let socket = try listener.accept(from: &address)
                guard let peer = route.peer(address) else {
                    giveBack()
                    continue
                }
                clients += 1
                return Client(socket: socket, peer: peer, route: route)
            } catch {
                giveBack()
                if error == .wouldBlock {
                    route.hasClients = false
                    return nil
                }
                try admission.note(error)
            }
        }
        return nil
    }

    /// Lets the others go first if this process has more clients than they: the kernel wakes the processes in the order in
    /// which they began to wait.
    func yield(_ route: Route, _ tools: ForwardTools) throws(Errno) {
        guard isShared, isWatched else { return }
        let taken = places.taken
        if clients * places.processes <= taken + taken / 4 + 2 * places.processes { return }
        unwatch(route, tools)
        try watch(route, tools)
    }

    /// Gives back the place of a client.
    func leave() {
        clients -= 1
        admission.reopen()
        giveBack()
    }

    private func giveBack() { if places.leave() { owesCall = true } }

    /// Stops listening: when no other process listens either, the kernel refuses connections.
    func close(_ tools: ForwardTools) {
        for route in routes {
            unwatch(route, tools)
            route.close()
        }
        isWatched = false
    }
}
