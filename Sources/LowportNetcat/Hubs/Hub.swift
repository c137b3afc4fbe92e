// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Passes what each client sends to all other clients (`--broker`) or to standard output (ncat's `-k`), and standard
/// input to all clients.
///
/// While data is pending for one client, the hub reads from no client: memory stays bounded, and no client loses
/// data.
final class Hub {
    private let options: Options
    private let console: Console
    private let access: AccessList
    private let chats: Bool
    /// Whether what clients send goes to standard output, and not to the other clients.
    private let gathers: Bool
    /// What a client sent, or standard input gave.
    private let buffer = Buffer(capacity: 64 << 10)
    /// What a client is sent.
    private let output = Buffer(capacity: 64 << 10)
    private let clients = HubClients()
    /// Those that may have sent something.
    private var readable: [HubClient] = []
    private let found = FoundEvents(capacity: 256)
    private var admission = Admission()
    private var hasNewClients = true
    /// Whether no place was free when clients were last accepted.
    private var wasFull = false
    private var nextNumber = 1
    private var input: HubInput
    private var isOutputGone = false
    private var outputError: Errno?

    private static var tokens: (listener: UInt64, input: UInt64, firstClient: UInt64) { (0, 1, 2) }

    /// Creates a hub without clients.
    init(_ options: Options, _ console: Console, _ access: AccessList) {
        self.options = options
        self.console = console
        self.access = access
        chats = options.role == .chat
        gathers = options.role == .gather
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
        if let outputError { throw NetcatError.cannotWrite(outputError) }
    }

    /// Whether the output is closed, or all of standard input was sent with `--send-only`.
    private var isFinished: Bool {
        if isOutputGone { return true }
        return options.ending.sendsOnly && !input.isOpen && clients.behind == 0
    }

    /// Whether standard input may be read: what comes while nobody is there is for the next client.
    private var mayReadInput: Bool { input.isOpen && clients.behind == 0 && clients.count > 0 }

    private func turn(_ listener: borrowing Listener, _ events: borrowing EventQueue) throws(Errno) {
        try input.watch(if: mayReadInput, events)
        let canRead = clients.behind == 0 && !readable.isEmpty || mayReadInput && input.isFile
        let isBusy = canRead || hasNewClients && admission.isOpen
        let deadline = admission.isOpen ? nil : admission.resumesAt
        do throws(Errno) {
            try events.wait(for: found, timeout: isBusy ? Milliseconds(rawValue: 0) : deadline?.remaining)
        } catch {
            if error != .interrupted { throw error }
        }
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
        if hasInput && mayReadInput { readInput(events) }
        // Clients that have left make room for clients that have connected meanwhile.
        removeGone(events)
        if hasNewClients && admission.isOpen { try accept(listener, events) }
        removeGone(events)
    }

    private func note(_ events: ReadyEvents, of index: Int) {
        guard let client = clients[index] else { return }
        if events.allowWriting && client.isBehind { client.flush(output) }
        if events.announceEnd { client.expectsEnd = true }
        if events.allowReading && !client.isReadable {
            client.isReadable = true
            readable.append(client)
        }
        clients.settle(client)
    }

    private func token(of client: HubClient) -> UInt64 { Hub.tokens.firstClient + UInt64(client.index) }

    /// Reads once from each client that may have sent something, unless data is pending.
    private func receive(_ events: borrowing EventQueue) {
        let waiting = readable
        readable.removeAll(keepingCapacity: true)
        for client in waiting {
            if clients.behind == 0 && !isOutputGone && client.isHeard { receive(from: client, events) }
            if client.isReadable && client.isHeard { readable.append(client) }
        }
    }

    private func receive(from client: HubClient, _ events: borrowing EventQueue) {
        do throws(Errno) {
            let count = try client.descriptor.receive(into: buffer)
            // A stream that gives less than what was asked for has no more (epoll(7)), but maybe an end.
            if buffer.room > 0 && !client.expectsEnd { client.isReadable = false }
            if count == 0 {
                // The client still receives its pending data.
                client.leave()
            } else if gathers {
                write()
            } else if !options.ending.sendsOnly && !options.ending.receivesOnly {
                sendToOthers(buffer.bytes, from: client, events)
            }
            buffer.remove(buffer.count)
        } catch {
            client.isReadable = false
            client.isGone = error != .wouldBlock
        }
        clients.settle(client)
    }

    private func write() {
        if options.ending.sendsOnly { return }
        do throws(Errno) {
            try InheritedDescriptor.standardOutput.write(ByteString(buffer.bytes))
        } catch {
            isOutputGone = true
            if error == .brokenPipe { return }
            outputError = error
            // What they sent is lost, so they must not take it for delivered.
            for client in clients.all { try? client.descriptor.resetOnClose() }
        }
    }

    private func readInput(_ events: borrowing EventQueue) {
        input.read(into: buffer)
        if !input.isOpen && gathers && options.ending.closesAfterInput {
            for client in clients.all {
                client.endSending(output)
                clients.settle(client)
            }
        }
        sendToOthers(buffer.bytes, from: nil, events)
        buffer.remove(buffer.count)
    }

    private func sendToOthers(_ bytes: [UInt8], from speaker: HubClient?, _ events: borrowing EventQueue) {
        if bytes.isEmpty { return }
        var text = bytes
        if chats { text = ChatText.lines(bytes, by: "<user\(speaker?.number ?? 0)> ").bytes }
        send(text, except: speaker, events)
    }

    private func send(_ bytes: [UInt8], except speaker: HubClient?, _ events: borrowing EventQueue) {
        for client in clients.all where client !== speaker {
            client.send(bytes, output)
            if client.isBehind && !client.watchesRoom {
                client.watchesRoom = true
                let both: ReadyEvents = [.readable, .peerEnded, .writable]
                try? events.change(client.descriptor, both, token: token(of: client), onChange: true)
            }
            clients.settle(client)
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
                console.log("Connection refused: there are \(clients.count) already")
                continue
            }
            welcome(connection, events)
        }
    }

    private func welcome(_ connection: consuming Connection, _ events: borrowing EventQueue) {
        console.logClient(connection.peer)
        let host = connection.peer.parts.address
        let index = clients.reserve()
        let client: HubClient
        do throws(Errno) {
            client = try HubClient(connection, number: nextNumber, index: index, options, console)
            try events.add(client.descriptor, [.readable, .peerEnded], token: token(of: client), onChange: true)
        } catch {
            clients.release(index)
            console.print("Connection from \(host.escaped) lost: \(error.sentence)")
            return
        }
        nextNumber += 1
        clients.insert(client)
        if gathers && !input.isOpen && options.ending.closesAfterInput { client.endSending(output) }
        clients.settle(client)
        if chats {
            let text = "<announce> \(host.escaped) is connected as <user\(client.number)>.\n" as ByteString
            send(text.bytes, except: nil, events)
        }
    }

    private func removeGone(_ events: borrowing EventQueue) {
        while let left = clients.nextGone() {
            admission.reopen()
            // The processes that decrypt for others have copies of the socket, so closing it is not enough.
            try? events.remove(left.descriptor)
            if options.tls.isWanted { try? left.descriptor.shutDown(.sending) }
            clients.release(left.index)
            if !chats { continue }
            let text = "<announce> <user\(left.number)> is disconnected.\n" as ByteString
            send(text.bytes, except: nil, events)
        }
    }
}
