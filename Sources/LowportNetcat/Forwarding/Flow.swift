// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// One forwarded connection: a client, its server, and a passage for each direction.
final class Flow {
    /// The pair that the flow belongs to.
    let route: Route
    /// Its place in the table of flows.
    let index: Int
    private(set) var state = State.connecting
    /// Whether it can go on at once.
    private(set) var isRunnable = false

    private let client: FileDescriptor
    private var server: FileDescriptor?
    private let addresses: [SocketAddress]
    private var nextAddress = 0
    private var up = Passage()
    private var down = Passage()
    private var watchesRoom = Sides()
    private var hasFailed = Sides()
    private var keepsAlive = false
    private var hasSentToServer = false
    private var sendsAtOnce = false
    private var resetDeadline: Instant?

    /// Takes over the connection to a client.
    init(_ client: consuming Entrance.Client, index: Int) {
        route = client.route
        self.client = client.socket
        self.index = index
        addresses = route.target.addresses
    }

    private func token(of side: Side) -> UInt64 { EventToken.flow(index, side).rawValue }

    private func socket(of side: Side) -> InheritedDescriptor? {
        side == .client ? client.reference : server?.reference
    }

    /// Begins to connect to the first address that accepts.
    /// - Parameter greeting: bytes for the server before the client's data (PROXY protocol).
    func begin(greeting: [UInt8], _ tools: ForwardTools) {
        if !greeting.isEmpty { tools.buffer.replace(with: greeting) }
        do throws(Errno) {
            // What the client has sent by now goes with the greeting, as soon as the server is reached.
            route.counters.add(try up.takeFirst(from: client.reference, tools), to: .sent)
            hasSentToServer = !tools.buffer.isEmpty
            connectNext(tools)
            up.keep(tools.buffer)
            if state == .finished { return }
            try tools.events.add(client, .stream, token: token(of: .client), onChange: true)
        } catch {
            tools.buffer.remove(tools.buffer.count)
            fail()
        }
    }

    /// Connects to the next address: at first, after a failure, or when descriptors have become free.
    func connectNext(_ tools: ForwardTools) {
        server = nil
        watchesRoom[.server] = false
        var reason = Errno.noData
        while nextAddress < addresses.count {
            let address = addresses[nextAddress]
            do throws(Errno) {
                return try connect(to: address, tools)
            } catch {
                if state == .starved { return }
                nextAddress += 1
                reason = error
            }
        }
        refuse(reason)
    }

    private func connect(to address: SocketAddress, _ tools: ForwardTools) throws(Errno) {
        let socket: FileDescriptor
        do throws(Errno) {
            socket = try FileDescriptor.nonBlockingStream(address.address.family)
        } catch {
            // The client waits until another one has left.
            if case .exhausted = AcceptFailure(error) { state = .starved }
            throw error
        }
        state = .connecting
        do throws(Errno) {
            try socket.connect(to: address)
        } catch {
            if error != .inProgress { throw error }
        }
        // Often the server has accepted by now, and so the first bytes need not wait for an event.
        if try up.sendFirst(to: socket.reference, tools) { state = .open }
        watchesRoom[.server] = state == .connecting || up.holdsBytes
        let events: ReadyEvents = watchesRoom[.server] ? [.stream, .writable] : .stream
        try tools.events.add(socket, events, token: token(of: .server), onChange: true)
        server = consume socket
    }

    /// Learns from `events` whether the server has accepted.
    private func conclude(_ events: ReadyEvents, _ tools: ForwardTools) {
        if events.contains(.writable) && events.isDisjoint(with: [.failed, .hungUp]) { return state = .open }
        guard let socket = server?.reference, (try? socket.wait(for: .writable, until: .now)) == true else { return }
        do throws(Errno) {
            try socket.finishConnecting(until: .now)
            state = .open
        } catch {
            giveUpAddress(error, tools)
        }
    }

    /// Goes on with the next address, since the present one does not answer or refuses.
    func giveUpAddress(_ reason: Errno, _ tools: ForwardTools) {
        nextAddress += 1
        if nextAddress < addresses.count { return connectNext(tools) }
        refuse(reason)
    }

    private func refuse(_ reason: Errno) {
        route.noteRefusal(reason)
        // What the client sent was taken from it and reaches nobody.
        if up.hasTaken { try? client.resetOnClose() }
        state = .finished
    }

    /// Notes what an end is ready for.
    func note(_ events: ReadyEvents, of side: Side, _ tools: ForwardTools) {
        if events.allowReading {
            switch side {
            case .client: up.noteReadable(untilEmpty: events.needReadUntilEmpty)
            case .server: down.noteReadable(untilEmpty: events.needReadUntilEmpty, hasAll: events.completeStream)
            }
        }
        if side == .server && state == .connecting { conclude(events, tools) }
    }

    /// Moves what can be moved without waiting.
    func advance(_ tools: ForwardTools) {
        isRunnable = false
        guard state == .open, let server = server?.reference else { return }
        let client = client.reference
        if !up.isDone {
            var sent = 0
            handle(up.run(from: client, to: server, joinsEnd: false, tools, received: &sent), .client, tools)
            if sent > 0 { noteSent(sent, to: server, blockSize: tools.buffer.capacity) }
        }
        if !down.isDone {
            var received = 0
            let outcome = down.run(from: server, to: client, joinsEnd: !hasFailed.any, tools, received: &received)
            handle(outcome, .server, tools)
            if received > 0 { route.counters.add(received, to: .received) }
        }
        let isOver = up.isDone && (down.isDone || hasFailed[.client]) || down.isDone && hasFailed[.server]
        if isOver { finish() }
    }

    private func noteSent(_ count: Int, to server: InheritedDescriptor, blockSize: Int) {
        route.counters.add(count, to: .sent)
        defer { hasSentToServer = true }
        // A second small block would wait for the acknowledgement of the first, which a server may delay. What is as large
        // as the buffer may have been several blocks.
        if sendsAtOnce || !hasSentToServer && count < blockSize { return }
        sendsAtOnce = true
        try? server.setNoDelay(true)
    }

    /// Handles the outcome of the passage whose source is `source`.
    private func handle(_ outcome: Passage.Outcome, _ source: Side, _ tools: ForwardTools) {
        switch outcome {
        case .waitsForSource: break
        case .hasMore: isRunnable = true
        case .waitsForSink: watchRoom(of: source.other, tools)
        case .ended:
            end(source)
            // Closing the sockets says the same; after a failure, a reset says that something is missing.
            if up.isDone && down.isDone || hasFailed.any { return }
            try? socket(of: source.other)?.shutDown(.sending)
        case .sourceFailed:
            hasFailed[source] = true
            end(source)
        case .sinkFailed:
            hasFailed[source.other] = true
            end(source)
            // What the end that failed had sent before is still to be read.
            if source == .client {
                down.noteReadable(untilEmpty: true)
            } else {
                up.noteReadable(untilEmpty: true)
                isRunnable = !up.isDone
            }
        }
    }

    private func end(_ source: Side) { if source == .client { up.end() } else { down.end() } }

    /// Waits for room at `side`, from now on: an event comes only after the kernel had no room.
    private func watchRoom(of side: Side, _ tools: ForwardTools) {
        guard !watchesRoom[side], let socket = socket(of: side) else { return }
        watchesRoom[side] = true
        try? tools.events.change(socket, [.stream, .writable], token: token(of: side), onChange: true)
    }

    /// Ends at once, as after an error of one end; the peers must not take what they have for complete.
    func fail() {
        route.counters.add(1, to: .failed)
        try? client.resetOnClose()
        try? server?.reference.resetOnClose()
        state = .finished
    }

    /// Ends after a reset, which the other end gets as well, or after the end of both directions.
    private func finish() {
        guard hasFailed.any else { return state = .finished }
        route.counters.add(1, to: .failed)
        state = .resetting
        reset()
    }

    /// Resets the end that has not failed, unless bytes for it have yet to be sent: they came before the reset, which would
    /// drop them. It does not wait for ever for an end that takes nothing, nor for one that has ended with a reset itself.
    func reset() {
        let healthy = socket(of: hasFailed[.client] ? .server : .client)
        let deadline = resetDeadline ?? Instant.now + .seconds(30)
        resetDeadline = deadline
        if let healthy, healthy.hasPeer, let count = try? healthy.unsentBytes(), count > 0, Instant.now < deadline {
            return
        }
        try? healthy?.resetOnClose()
        state = .finished
    }

    /// Ends because nothing has moved for too long.
    func expire() {
        if up.holdsBytes || down.holdsBytes {
            route.noteCutOff()
            return fail()
        }
        route.counters.add(1, to: .failed)
        state = .finished
    }

    /// Asks the server's machine for signs of life during silence; the client's was asked for at the listener.
    func keepAlive(idle: Int32) {
        if keepsAlive { return }
        keepsAlive = true
        try? server?.reference.setKeepAlive(idle: idle)
    }
}
