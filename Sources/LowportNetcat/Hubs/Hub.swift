// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Accepts clients that share what is sent: each one's data goes to all others (`--broker`) or to standard output (ncat's `-k`),
/// and standard input to all of them.
final class Hub {
    private let options: Options
    private let console: Console
    private let access: AccessList
    private let clients: HubClients
    private let traffic: HubTraffic
    /// Those that may have sent something.
    private var readable: [HubClient] = []
    private let found = FoundEvents(capacity: 256)
    private var admission = Admission()
    private var hasNewClients = true
    /// Whether no place was free when clients were last accepted.
    private var wasFull = false
    private var nextNumber = 1
    private var input: HubInput

    private static var tokens: (listener: UInt64, input: UInt64, firstClient: UInt64) { (0, 1, 2) }

    /// Creates a hub without clients.
    init(_ options: Options, _ console: Console, _ access: AccessList) throws(NetcatError) {
        self.options = options
        self.console = console
        self.access = access
        clients = HubClients()
        traffic = try HubTraffic(options, console, clients)
        input = HubInput(isOpen: !options.ending.ignoresInput, token: Hub.tokens.input)
    }

    /// Serves until a signal ends the process.
    func run(_ listener: borrowing Listener) throws(NetcatError) {
        DescriptorLimit.raise(to: .max)
        // The process that decrypts for a client ends with the client.
        if options.tls.isWanted { CurrentProcess.forgetChildren() }
        do throws(Errno) {
            let events = try EventQueue()
            try listener.socket.setNonBlocking(true)
            try events.add(listener.socket, .readable, token: Hub.tokens.listener, onChange: true)
            while !isFinished { try turn(listener, events) }
        } catch {
            throw NetcatError("broker: \(error.message)")
        }
        if let failure = traffic.failure { throw failure }
    }

    /// Whether the output is closed, or all of standard input was sent with `--send-only`.
    private var isFinished: Bool {
        if traffic.isOver { return true }
        return options.ending.sendsOnly && !input.isOpen && clients.behind == 0
    }

    /// Whether standard input may be read: what comes while nobody is there is for the next client.
    private var mayReadInput: Bool {
        input.isOpen && clients.behind == 0 && clients.count > 0 && !input.isPaused
    }

    private func turn(_ listener: borrowing Listener, _ events: borrowing EventQueue) throws(Errno) {
        try input.watch(if: mayReadInput, events)
        let canRead = clients.behind == 0 && !readable.isEmpty || mayReadInput && input.isFile
        let isBusy = canRead || hasNewClients && admission.isOpen
        var deadline = earliest(admission.isOpen ? nil : admission.resumesAt, traffic.idleAt)
        if input.isPaused { deadline = earliest(deadline, input.pausedUntil) }
        do throws(Errno) {
            try events.wait(for: found, timeout: isBusy ? Milliseconds(rawValue: 0) : deadline?.remaining)
        } catch {
            if error != .interrupted { throw error }
        }
        if let idleAt = traffic.idleAt, idleAt <= Instant.now, found.count == 0 { traffic.expire() }
        var hasInput = mayReadInput && input.isFile
        for index in 0..<found.count {
            let (token, events) = found[index]
            switch token {
            case Hub.tokens.listener: hasNewClients = true
            case Hub.tokens.input: hasInput = true
            default: note(events, of: Int(token - Hub.tokens.firstClient))
            }
        }
        receive(events)
        if hasInput && mayReadInput { traffic.read(from: &input, events) }
        // Clients that have left make room for clients that have connected meanwhile.
        removeGone(events)
        if hasNewClients && admission.isOpen { try accept(listener, events) }
        removeGone(events)
    }

    private func note(_ events: ReadyEvents, of index: Int) {
        guard let client = clients[index] else { return }
        if events.allowWriting && client.isBehind { traffic.flush(client) }
        if events.needReadUntilEmpty { client.untilEmpty = true }
        if events.allowReading && !client.isReadable {
            client.isReadable = true
            readable.append(client)
        }
        clients.settle(client)
    }

    /// Reads once from each client that may have sent something, unless data is pending.
    private func receive(_ events: borrowing EventQueue) {
        let waiting = readable
        readable.removeAll(keepingCapacity: true)
        for client in waiting {
            if clients.behind == 0 && !traffic.isOver && client.isHeard { traffic.receive(from: client, events) }
            if client.isReadable && client.isHeard { readable.append(client) }
        }
    }

    private func accept(_ listener: borrowing Listener, _ events: borrowing EventQueue) throws(Errno) {
        // A bounded number, so that those who are there have their turn.
        for _ in 0..<64 {
            let isFull = clients.count >= options.maximumConnections
            // Before anybody is refused, those who have left by now are looked for.
            let mayHaveLeft = !wasFull || !readable.isEmpty && clients.behind == 0
            wasFull = isFull
            if isFull && mayHaveLeft { return }
            // One for the client, two to the process that decrypts for it, and what that opens before it closes one.
            if options.tls.isWanted && !DescriptorLimit.hasRoom(for: 5) { return admission.close() }
            let connection: Connection
            do throws(Errno) {
                connection = try listener.accept()
            } catch {
                if error == .wouldBlock { hasNewClients = false }
                return try admission.note(error)
            }
            guard access.allows(connection.peer, console) else { continue }
            guard !isFull else {
                console.logDenial(of: connection.peer, .limit(clients.count))
                continue
            }
            welcome(connection, events)
        }
    }

    private func welcome(_ connection: consuming Connection, _ events: borrowing EventQueue) {
        console.logClient(connection.peer)
        let host = connection.peer.parts.address.escaped
        let index = clients.reserve()
        let token = Hub.tokens.firstClient + UInt64(index)
        let client: HubClient
        do throws(Errno) {
            client = try HubClient(connection, number: nextNumber, index: index, token: token, options, console)
            try events.add(client.descriptor, .stream, token: token, onChange: true)
        } catch {
            clients.release(index)
            console.print("Connection from \(host) lost: \(error.sentence)")
            return
        }
        nextNumber += 1
        clients.insert(client)
        traffic.begin(client, hasInput: input.isOpen)
        if options.role == .chat { traffic.send(announcement(of: client), except: nil, events) }
    }

    /// How many clients are named to one that comes; of more, everybody gets only the number.
    private static var mostNamed: Int { 20 }

    /// Who has come, and who is there.
    private func announcement(of client: HubClient) -> ByteString {
        let text = "<announce> \(client.host) is connected as <user\(client.number)>.\n" as ByteString
        let count = clients.count - 1
        var others: ByteString = count == 0 ? "nobody" : "\(count) others"
        if 1...Hub.mostNamed ~= count {
            let names = clients.all.filter { $0 !== client }.map { "\($0.host) as <user\($0.number)>" as ByteString }
            others = names.dropFirst().reduce(names[0]) { "\($0), \($1)" }
        }
        return text + "<announce> already connected: \(others).\n"
    }

    private func removeGone(_ events: borrowing EventQueue) {
        while let left = clients.nextGone() {
            admission.reopen()
            // The processes that decrypt for others have copies of the socket, so closing it is not enough.
            try? events.remove(left.descriptor)
            if options.tls.isWanted { try? left.descriptor.shutDown(.sending) }
            clients.release(left.index)
            if options.role != .chat { continue }
            traffic.send("<announce> <user\(left.number)> is disconnected.\n", except: nil, events)
        }
    }
}
