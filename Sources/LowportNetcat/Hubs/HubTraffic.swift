// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// What the clients of a hub send and receive.
///
/// While data is pending for one client, nothing is read from any: memory stays bounded, and no client loses data.
final class HubTraffic {
    private let options: Options
    private let console: Console
    private let clients: HubClients
    /// Whether what clients send goes to standard output, and not to the other clients.
    private let gathers: Bool
    private let lineEnds: CarriageReturnFilter?
    /// Records what is sent and received.
    private let records: Filters
    /// What a client sent, or standard input gave.
    private let buffer = Buffer(capacity: 64 << 10)
    /// What a client is sent.
    private let output = Buffer(capacity: 64 << 10)
    private var isOutputGone = false
    /// Why the hub ends, if that is an error.
    private(set) var failure: NetcatError?
    /// When something was last moved, if there is a limit for that.
    private var movedAt = Instant.now

    /// Creates the traffic of `clients`.
    init(_ options: Options, _ console: Console, _ clients: HubClients) throws(NetcatError) {
        self.options = options
        self.console = console
        self.clients = clients
        gathers = options.role == .gather
        lineEnds = options.content.sendsCarriageReturns ? CarriageReturnFilter() : nil
        // Line ends are those of standard input alone.
        var content = options.content
        content.sendsCarriageReturns = false
        records = try Filters(content, answeringOver: nil)
    }

    /// Whether the hub ends: nobody reads its output any more, or something failed.
    var isOver: Bool { isOutputGone || failure != nil }

    /// Begins to serve `client`.
    /// - Parameter hasInput: whether standard input may give something for it.
    func begin(_ client: HubClient, hasInput: Bool) {
        noteMovement()
        if !hasInput && passesEnd { client.endSending(output) }
        clients.settle(client)
    }

    /// Whether the end of standard input is passed on.
    private var passesEnd: Bool { gathers && options.ending.closesAfterInput }

    /// Sends `client` more of what is pending for it.
    func flush(_ client: HubClient) {
        noteMovement()
        client.flush(output)
    }

    /// Reads once from `client`.
    func receive(from client: HubClient, _ events: borrowing EventQueue) {
        do throws(Errno) {
            let count = try client.descriptor.receive(into: buffer)
            // A stream that gives less than what was asked for has no more (epoll(7)), but maybe an end.
            if buffer.room > 0 && !client.untilEmpty { client.isReadable = false }
            if count == 0 {
                // The client still receives its pending data.
                client.leave()
            } else {
                pass(from: client, events)
            }
            buffer.remove(buffer.count)
        } catch {
            client.isReadable = false
            client.isGone = error != .wouldBlock
        }
        clients.settle(client)
    }

    /// Passes on what `client` sent.
    private func pass(from client: HubClient, _ events: borrowing EventQueue) {
        noteMovement()
        var bytes = buffer.bytes
        client.telnet?.apply(&bytes)
        do throws(NetcatError) {
            bytes = try records.received(bytes)
        } catch {
            return fail(error)
        }
        if options.ending.sendsOnly { return }
        if gathers { return write(bytes) }
        if !options.ending.receivesOnly { sendToOthers(bytes, from: client, events) }
    }

    private func write(_ bytes: [UInt8]) {
        do throws(Errno) {
            try InheritedDescriptor.standardOutput.write(ByteString(bytes))
        } catch {
            isOutputGone = true
            if error != .brokenPipe { fail(NetcatError.cannotWrite(error)) }
        }
    }

    /// Ends. What the clients sent is lost, so they must not take it for delivered.
    private func fail(_ error: NetcatError) {
        failure = error
        for client in clients.all { try? client.descriptor.resetOnClose() }
    }

    /// Reads standard input once.
    func read(from input: inout HubInput, _ events: borrowing EventQueue) {
        noteMovement()
        input.read(into: buffer)
        if let interval = options.content.interval { input.pause(for: interval) }
        if !input.isOpen && passesEnd {
            for client in clients.all {
                client.endSending(output)
                clients.settle(client)
            }
        }
        var bytes = buffer.bytes
        lineEnds?.apply(&bytes)
        sendToOthers(bytes, from: nil, events)
        buffer.remove(buffer.count)
    }

    private func sendToOthers(_ bytes: [UInt8], from speaker: HubClient?, _ events: borrowing EventQueue) {
        if bytes.isEmpty { return }
        let isChat = options.role == .chat
        let name = "<user\(speaker?.number ?? 0)> " as ByteString
        send(isChat ? ChatText.lines(bytes, by: name) : ByteString(bytes), except: speaker, events)
    }

    /// Sends `text` to all clients.
    /// - Parameter speaker: the client that sent it, and that does not get it; nil if no client did.
    func send(_ text: ByteString, except speaker: HubClient?, _ events: borrowing EventQueue) {
        do throws(NetcatError) {
            _ = try records.sent(text.bytes)
        } catch {
            return fail(error)
        }
        for client in clients.all where client !== speaker {
            client.send(text.bytes, output)
            client.watchRoom(events)
            clients.settle(client)
        }
    }
}

// The limit for a time in which nothing is moved. It concerns all clients together, as in ncat.
extension HubTraffic {
    /// When it will have passed, if there is one and anybody is there.
    var idleAt: Instant? {
        guard let limit = options.idleLimit, clients.count > 0 else { return nil }
        return movedAt + limit
    }

    private func noteMovement() {
        if options.idleLimit != nil { movedAt = .now }
    }

    /// Ends, or in OpenBSD's dialect only the connections.
    func expire() {
        guard options.dialect == .openbsd else {
            let limit = options.idleLimit?.rawValue ?? 0
            return fail(NetcatError("Idle timeout expired (\(limit) ms)"))
        }
        if clients.behind > 0 { console.printError(Relay.cutOff) }
        for client in clients.all {
            // One that lacks data must not take what it has for complete.
            if client.isBehind { try? client.descriptor.resetOnClose() }
            client.isGone = true
            clients.settle(client)
        }
    }
}
