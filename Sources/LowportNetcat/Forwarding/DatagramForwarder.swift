// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Forwards datagrams to a server, and its answers to the clients. Forgets a client after a minute without a datagram
/// in either direction, and, when there are too many, the one that was silent for longest.
///
/// The datagrams of a client stay in their order, and those of different clients do not wait for each other: each client
/// has a socket of its own towards the server, and what is lost or refused there concerns that client alone.
final class DatagramForwarder {
    private let target: SocketAddress
    private let maximumClients: Int
    private let console: Console
    private let access: AccessList
    private let batch = DatagramBatch()
    private let requests: DatagramQueue
    private let answers: DatagramQueue
    private let found = FoundEvents(capacity: 64)
    private var flows = DatagramFlows()
    /// The element of the batch that follows each one in its flow.
    private var next = [Int](repeating: -1, count: DatagramBatch.capacity)
    private var counters = (clients: 0, sent: 0, received: 0)

    private static var memory: Milliseconds { .seconds(60) }
    private static var listenerToken: UInt64 { .max }
    private static var signalToken: UInt64 { .max - 1 }

    /// Creates a forwarder to the first address of `target`.
    init(to target: ForwardTarget, maximumClients: Int, _ access: AccessList, _ console: Console) throws(NetcatError) {
        guard let address = target.addresses.first else { throw NetcatError("no address of \(target.host)") }
        self.target = address
        self.maximumClients = maximumClients
        self.access = access
        self.console = console
        let joins = (try? FileDescriptor.socket(address.address.family, .udp).canDivideMessages) ?? false
        requests = DatagramQueue(joins: joins)
        answers = DatagramQueue(joins: joins)
    }

    /// Serves until a signal ends it.
    func run(_ listener: borrowing Listener) throws(NetcatError) {
        // Each client takes a descriptor.
        DescriptorLimit.raise(to: .max)
        do throws(Errno) {
            let signals = try SignalDescriptor([.user1, .terminate, .interrupt])
            let queue = try EventQueue()
            try queue.add(listener.socket, .readable, token: DatagramForwarder.listenerToken, onChange: false)
            try queue.add(signals.reference, .readable, token: DatagramForwarder.signalToken, onChange: false)
            let socket = listener.socket.reference
            DatagramForwarder.prepare(socket)
            while true {
                let hasSignal = try turn(socket, queue)
                while hasSignal, let signal = signals.next() {
                    guard signal == .user1 else { return }
                    let (sent, received) = (counters.sent, counters.received)
                    console.print("\(counters.clients) clients; \(sent) bytes to the server, \(received) bytes back")
                }
            }
        } catch {
            throw NetcatError("forward: \(error.message)")
        }
    }

    /// Waits until something is ready, and moves what can be moved.
    /// - Returns: whether a signal has come.
    private func turn(_ listener: InheritedDescriptor, _ queue: borrowing EventQueue) throws(Errno) -> Bool {
        do throws(Errno) {
            let deadline = flows[flows.oldest].map { $0.lastUse + DatagramForwarder.memory }
            try queue.wait(for: found, timeout: deadline?.remaining)
        } catch {
            if error != .interrupted { throw error }
        }
        let now = Instant.now
        var (isAsked, hasSignal) = (false, false)
        batch.removeAll()
        for index in 0..<found.count {
            switch found[index].token {
            case DatagramForwarder.listenerToken: isAsked = true
            case DatagramForwarder.signalToken: hasSignal = true
            case let token: passBack(Int(token), through: listener, now)
            }
        }
        answers.send(through: listener)
        if isAsked { passOn(from: listener, queue, now) }
        while let oldest = flows[flows.oldest], oldest.lastUse + DatagramForwarder.memory <= now {
            flows.remove(flows.oldest)
        }
        return hasSignal
    }

    /// Takes what the server sent to a client; a batch that is full is sent, the rest at the end of the turn.
    private func passBack(_ number: Int, through listener: InheritedDescriptor, _ now: Instant) {
        guard let flow = flows[number] else { return }
        if batch.isFull {
            answers.send(through: listener)
            batch.removeAll()
        }
        // An error says that the server refused a datagram of this client.
        guard let new = try? batch.receive(from: flow.socket.reference) else { return }
        for index in new {
            counters.received += batch.size(index)
            answers.append(index, of: batch, along: flow.path, through: listener)
        }
        flows.use(number, now)
    }

    /// Takes what the clients sent, and sends it to the server, all datagrams of a client together.
    private func passOn(from listener: InheritedDescriptor, _ queue: borrowing EventQueue, _ now: Instant) {
        batch.removeAll()
        guard let new = try? batch.receive(from: listener) else { return }
        var touched: [Int] = []
        var previous = (path: DatagramPath(), number: -1)
        for index in new {
            let path = batch.path(index)
            let isSame = previous.number >= 0 && path == previous.path
            guard let number = isSame ? previous.number : number(along: path, queue), let flow = flows[number] else {
                continue
            }
            previous = (path, number)
            counters.sent += batch.size(index)
            next[index] = -1
            if flow.first < 0 {
                flow.first = index
                touched.append(number)
                flows.use(number, now)
            } else {
                next[flow.last] = index
            }
            flow.last = index
        }
        for number in touched {
            if let flow = flows[number] { send(flow) }
        }
    }

    /// Sends the elements of the batch that belong to `flow` to the server.
    private func send(_ flow: DatagramFlow) {
        let socket = flow.socket.reference
        var index = flow.first
        while index >= 0 {
            requests.append(index, of: batch, along: DatagramPath(), through: socket)
            index = next[index]
        }
        flow.first = -1
        requests.send(through: socket)
    }

    /// The number of the flow along `path`, which is a new one if there is none; nil if that cannot be.
    private func number(along path: DatagramPath, _ queue: borrowing EventQueue) -> Int? {
        if let known = flows.number(along: path) { return known }
        guard let peer = path.peer, maximumClients > 0, access.allows(.internet(peer), console) else { return nil }
        if flows.count >= maximumClients { forgetOldest() }
        guard let socket = socketToServer() else { return nil }
        if console.isVerbose { console.print("Connection received on \(Peer.internet(peer).description(console))") }
        let descriptor = socket.reference
        let number = flows.add(path, socket)
        do throws(Errno) {
            try queue.add(descriptor, .readable, token: UInt64(number), onChange: false)
        } catch {
            flows.remove(number)
            return nil
        }
        counters.clients += 1
        return number
    }

    private func forgetOldest() {
        // It may have datagrams in this batch.
        if let oldest = flows[flows.oldest] { send(oldest) }
        flows.remove(flows.oldest)
    }

    private func socketToServer() -> FileDescriptor? {
        if let socket = connectedSocket() { return socket }
        // The descriptors may have run out.
        if flows.count == 0 { return nil }
        forgetOldest()
        return connectedSocket()
    }

    private func connectedSocket() -> FileDescriptor? {
        guard let socket = try? FileDescriptor.socket(target.address.family, .udp),
            (try? socket.connect(to: target)) != nil
        else { return nil }
        DatagramForwarder.prepare(socket.reference)
        return socket
    }

    /// Joins datagrams where the kernel can, and makes room for bursts: as much as an unprivileged process gets.
    private static func prepare(_ socket: InheritedDescriptor) {
        try? socket.joinReceivedDatagrams()
        try? socket.setReceiveBuffer(1 << 20)
        try? socket.setSendBuffer(1 << 20)
    }
}
