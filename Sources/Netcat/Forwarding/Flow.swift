// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// One forwarded connection: a client, its server, and a channel for each direction.
final class Flow {
    private let client: Connection
    private var server: FileDescriptor?
    private var candidates: ArraySlice<SocketAddress>
    private var greeting: [UInt8]
    private var up: Channel?
    private var down: Channel?
    private var upPassedOn = false
    private var downPassedOn = false
    private var connectDeadline: Instant?
    /// Whether there was no descriptor left to connect to the server with.
    private(set) var isStarved = false
    /// Whether there is nothing left to do.
    private(set) var isFinished = false

    /// Begins to connect `client` to the first candidate that accepts.
    /// - Parameter greeting: bytes to send to the server before the client's data (PROXY protocol).
    init(_ client: consuming Connection, to candidates: [SocketAddress], greeting: [UInt8]) {
        self.client = client
        self.candidates = candidates[...]
        self.greeting = greeting
        connectNext()
    }

    /// Bytes that the client sent.
    var sent: Int { up?.received ?? 0 }
    /// Bytes that the server sent.
    var received: Int { down?.received ?? 0 }
    /// Whether the server accepted the connection.
    var wasConnected: Bool { up != nil }
    /// When the attempt to connect times out.
    var deadline: Instant? { up == nil ? connectDeadline : nil }

    /// Adds the entries to wait for, always four.
    func addEntries(to entries: inout [PollEntry]) {
        guard let up, let down else {
            entries.append(PollEntry(server?.reference, .writable))
            for _ in 0..<3 { entries.append(PollEntry(nil, .readable)) }
            return
        }
        let (sending, receiving) = (up.waitsFor, down.waitsFor)
        entries.append(PollEntry(sending.source ? up.source.descriptor : nil, .readable))
        entries.append(PollEntry(sending.sink ? up.sink.descriptor : nil, .writable))
        entries.append(PollEntry(receiving.source ? down.source.descriptor : nil, .readable))
        entries.append(PollEntry(receiving.sink ? down.sink.descriptor : nil, .writable))
    }

    /// Moves what the four entries allow.
    func advance(_ entries: ArraySlice<PollEntry>) {
        let first = entries.startIndex
        guard let up, let down else {
            if entries[first].isWritable { conclude() } else if isLate { connectNext() }
            return
        }
        if entries[first].isReadable || entries[first + 1].isWritable { up.run() }
        if entries[first + 2].isReadable || entries[first + 3].isWritable { down.run() }
        passEndsOn(up, down)
    }

    private var isLate: Bool { connectDeadline.map { $0 <= Instant.now } ?? false }

    private func connectNext() {
        server = nil
        while let address = candidates.popFirst() {
            do throws(Errno) {
                let socket = try FileDescriptor.socket(address.address.family, .tcp)
                try socket.setNonBlocking(true)
                isStarved = false
                try begin(consume socket, to: address)
                return
            } catch {
                guard case .exhausted = AcceptFailure(error) else { continue }
                // The client waits until another one has left.
                isStarved = true
                candidates = [address] + candidates
                connectDeadline = Instant.now + Admission.pause
                return
            }
        }
        isStarved = false
        isFinished = true
    }

    private func begin(_ socket: consuming FileDescriptor, to address: SocketAddress) throws(Errno) {
        do throws(Errno) {
            try socket.connect(to: address)
        } catch {
            if error != .inProgress { throw error }
        }
        server = consume socket
        connectDeadline = Instant.now + .seconds(30)
    }

    /// Concludes an attempt to connect.
    private func conclude() {
        guard let socket = server?.reference, (try? socket.finishConnecting(until: .now)) != nil else {
            return connectNext()
        }
        let (here, there) = (client.stream, Stream(socket, like: client.stream))
        if !greeting.isEmpty {
            // The send buffer of the new socket is empty, so this fits.
            let buffer = Buffer(capacity: greeting.count)
            buffer.replace(with: greeting)
            guard (try? there.write(from: buffer, limit: .max)) == greeting.count else { return connectNext() }
        }
        up = Channel(from: here, to: there)
        down = Channel(from: there, to: here)
    }

    /// Passes on the end of each side to the other.
    private func passEndsOn(_ up: Channel, _ down: Channel) {
        if up.isFinished && !upPassedOn {
            upPassedOn = true
            up.sink.endSending()
        }
        if down.isFinished && !downPassedOn {
            downPassedOn = true
            down.sink.endSending()
        }
        // A peer that accepts nothing more may still send.
        isFinished = up.isFinished && down.isFinished
    }
}
