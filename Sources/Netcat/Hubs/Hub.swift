// SPDX-License-Identifier: Apache-2.0
internal import Linux

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
    private let buffer = Buffer(capacity: 64 << 10)
    private var clients: [HubClient] = []
    private var present: [PollEntry] = []
    private var admission = Admission()
    private var nextNumber = 1
    private var readsInput: Bool
    private var isOutputGone = false
    private var outputError: Errno?

    /// Creates a hub without clients.
    init(_ options: Options, _ console: Console, _ access: AccessList) {
        self.options = options
        self.console = console
        self.access = access
        chats = options.role == .chat
        gathers = options.role == .gather
        readsInput = !options.ending.ignoresInput
    }

    /// Serves until a signal ends the process.
    func run(_ listener: borrowing Listener) throws(NetcatError) {
        DescriptorLimit.raise(to: .max)
        // The process that decrypts for a client ends with the client.
        if options.tls.isWanted { CurrentProcess.forgetChildren() }
        do throws(Errno) {
            try listener.socket.setNonBlocking(true)
            while !isFinished { try turn(listener) }
        } catch {
            throw NetcatError("broker: \(error.message)")
        }
        if let outputError { throw NetcatError.cannotWrite(outputError) }
    }

    /// Whether the output is closed, or all of standard input was sent with `--send-only`.
    private var isFinished: Bool {
        if isOutputGone { return true }
        return options.ending.sendsOnly && !readsInput && !clients.contains { $0.isBehind }
    }

    private func turn(_ listener: borrowing Listener) throws(Errno) {
        let isBlocked = clients.contains { $0.isBehind }
        var entries = [
            PollEntry(admission.isOpen ? listener.socket.reference : nil, .readable),
            PollEntry(readsInput && !isBlocked ? .standardInput : nil, .readable),
        ]
        for client in clients {
            entries.append(PollEntry(isBlocked || client.isLeaving ? nil : client.descriptor, .readable))
            entries.append(PollEntry(client.isBehind ? client.descriptor : nil, .writable))
        }
        let deadline = admission.isOpen ? nil : admission.resumesAt
        try pollPresent(&entries, &present, timeout: deadline?.remaining)
        let known = clients
        for (index, client) in known.enumerated() {
            if entries[3 + 2 * index].isWritable { client.flush() }
            if entries[2 + 2 * index].isReadable { receive(from: client) }
        }
        if entries[1].isReadable { readInput() }
        // Clients that have left make room for clients that have connected meanwhile.
        removeGone()
        if entries[0].isReadable { try accept(listener) }
        removeGone()
    }

    private func receive(from client: HubClient) {
        do throws(Errno) {
            guard try client.descriptor.receive(into: buffer) > 0 else {
                // The client still receives its pending data.
                client.leave()
                return
            }
            if gathers {
                write()
            } else if !options.ending.sendsOnly && !options.ending.receivesOnly {
                sendToOthers(buffer.bytes, from: client)
            }
            buffer.remove(buffer.count)
        } catch {
            client.isGone = error != .wouldBlock
        }
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
            for client in clients { try? client.descriptor.resetOnClose() }
        }
    }

    private func readInput() {
        let count = (try? InheritedDescriptor.standardInput.read(into: buffer)) ?? 0
        if count == 0 {
            readsInput = false
            if gathers && options.ending.closesAfterInput {
                for client in clients { client.endSending() }
            }
        }
        sendToOthers(buffer.bytes, from: nil)
        buffer.remove(buffer.count)
    }

    private func sendToOthers(_ bytes: [UInt8], from speaker: HubClient?) {
        if bytes.isEmpty { return }
        var text = bytes
        if chats { text = ChatText.lines(bytes, by: "<user\(speaker?.number ?? 0)> ").bytes }
        for client in clients where client !== speaker { client.send(text) }
    }

    private func accept(_ listener: borrowing Listener) throws(Errno) {
        let connection: Connection
        do throws(Errno) {
            connection = try listener.accept()
        } catch {
            return try admission.note(error)
        }
        guard access.allows(connection.peer, console) else { return }
        guard clients.count < options.maximumConnections else {
            console.log("Connection refused: there are \(clients.count) already")
            return
        }
        if console.isVerbose { console.print("Connection received on \(connection.peer.description(console))") }
        let host = connection.peer.parts.address
        let client: HubClient
        do throws(Errno) {
            client = try HubClient(connection, number: nextNumber, options, console)
        } catch {
            console.print("Connection from \(host.escaped) lost: \(error.sentence)")
            return
        }
        nextNumber += 1
        clients.append(client)
        if gathers && !readsInput && options.ending.closesAfterInput { client.endSending() }
        if chats {
            let text = "<announce> \(host.escaped) is connected as <user\(client.number)>.\n" as ByteString
            for client in clients { client.send(text.bytes) }
        }
    }

    private func removeGone() {
        let gone = clients.filter { $0.isGone }
        if gone.isEmpty { return }
        admission.reopen()
        clients.removeAll { $0.isGone }
        if !chats { return }
        for left in gone {
            let text = "<announce> <user\(left.number)> is disconnected.\n" as ByteString
            for client in clients { client.send(text.bytes) }
        }
    }
}
