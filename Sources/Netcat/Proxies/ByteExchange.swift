// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Question and answer over a socket, before a relay begins. Not a byte more is read than an answer has.
struct ByteExchange {
    /// The other side. Of a proxy it is told in the words of OpenBSD's nc.
    enum Party {
        case proxy, client, server

        fileprivate var name: ByteString {
            switch self {
            case .proxy: "proxy"
            case .client: "client"
            case .server: "server"
            }
        }
    }

    private let socket: InheritedDescriptor
    /// When to give up; nil is never.
    let deadline: Instant?
    private let party: Party

    /// Creates an exchange.
    /// - Parameters:
    ///   - socket: a connected socket, which may be one that does not wait.
    ///   - deadline: when to give up; nil is never.
    ///   - party: the other side, for messages.
    init(over socket: InheritedDescriptor, until deadline: Instant?, with party: Party) {
        self.socket = socket
        self.deadline = deadline
        self.party = party
    }

    /// Sends all of `bytes`.
    func send(_ bytes: [UInt8]) throws(Failure) {
        let buffer = Buffer(capacity: bytes.count)
        buffer.replace(with: bytes)
        while !buffer.isEmpty {
            do throws(Errno) {
                _ = try socket.send(from: buffer)
            } catch {
                if error != .wouldBlock {
                    let sent = bytes.count - buffer.count
                    let proxy = "write failed (\(sent)/\(bytes.count))" as ByteString
                    throw Failure("\(party == .proxy ? proxy : party.name): \(error.message)")
                }
                try wait(.writable)
            }
        }
    }

    /// Receives exactly `count` bytes.
    /// - Parameter told: how many the message has if there are fewer; nil is a message without numbers.
    func receive(_ count: Int, told: Int? = nil) throws(Failure) -> [UInt8] {
        let buffer = Buffer(capacity: count)
        while buffer.count < count {
            do throws(Errno) {
                guard try socket.receive(into: buffer, limit: count - buffer.count) > 0 else { throw Errno.brokenPipe }
            } catch {
                if error != .wouldBlock { throw closed(after: buffer.count, of: told, error) }
                try wait(.readable)
            }
        }
        return buffer.bytes
    }

    /// Why not all could be received.
    private func closed(after count: Int, of whole: Int?, _ error: Errno) -> Failure {
        guard party == .proxy else { return isClosed }
        let read = whole.map { "read failed (\(count)/\($0))" as ByteString } ?? "proxy read"
        return Failure("\(read): \(error.message)")
    }

    /// Receives the first byte of what the other side has to say; nil when it leaves without a word, as those do who only
    /// look whether somebody is there.
    func receiveFirst() throws(Failure) -> UInt8? {
        do throws(Failure) {
            return try receive(1)[0]
        } catch {
            if error == isClosed { return nil }
            throw error
        }
    }

    private var isClosed: Failure { Failure("\(party.name): the connection was closed") }

    /// Receives a line, without its end (LF, or CR LF).
    /// - Parameter limit: the most bytes that are accepted.
    func receiveLine(limit: Int) throws(Failure) -> ByteString {
        guard let line = try receiveLine(upTo: limit) else {
            throw Failure(party == .proxy ? "proxy read too long" : "\(party.name): the line is too long")
        }
        return line
    }

    /// The same; nil when the line is longer.
    /// - Parameter first: its first byte, if that was received already.
    func receiveLine(upTo limit: Int, after first: UInt8? = nil) throws(Failure) -> ByteString? {
        var line: [UInt8] = []
        var next = first
        // One byte at a time: what stands behind the last line belongs to others.
        while true {
            let byte: UInt8
            if let first = next.take() { byte = first } else { byte = try receive(1)[0] }
            if byte == 0x0A { break }
            line.append(byte)
            if line.count > limit { return nil }
        }
        if line.last == 0x0D { line.removeLast() }
        return ByteString(line)
    }

    /// Tells the other side that nothing more comes, and lets it finish: closed at once, with something unread, the
    /// connection would be reset, and our last words lost.
    func finish() {
        try? socket.shutDown(.sending)
        let end = Instant.now + .seconds(5)
        let buffer = Buffer(capacity: 1 << 16)
        while true {
            do throws(Errno) {
                guard try socket.receive(into: buffer) > 0 else { return }
                buffer.remove(buffer.count)
            } catch {
                guard error == .wouldBlock, (try? socket.wait(for: .readable, until: end)) == true else { return }
            }
        }
    }

    private func wait(_ events: PollEvents) throws(Failure) {
        do throws(Errno) {
            if try socket.wait(for: events, until: deadline) { return }
        } catch {
            throw Failure("\(party.name): \(error.message)")
        }
        throw Failure("\(party.name): \(Errno.timedOut.message)")
    }
}
