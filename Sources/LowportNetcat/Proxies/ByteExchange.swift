// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Requests and replies over a connection, before a relay begins. Reads no byte beyond a reply.
struct ByteExchange {
    /// The peer. Messages about a proxy are those of OpenBSD's nc.
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

    /// The connection.
    let stream: Stream
    /// When to give up; nil means never.
    let deadline: Instant?
    private let party: Party

    /// Creates an exchange.
    /// - Parameters:
    ///   - stream: a connection, encrypted or not. Its socket may be non-blocking.
    ///   - deadline: when to give up; nil means never.
    ///   - party: the peer, for messages.
    init(over stream: Stream, until deadline: Instant?, with party: Party) {
        self.stream = stream
        self.deadline = deadline
        self.party = party
    }

    /// Sends all of `bytes`.
    func send(_ bytes: [UInt8]) throws(NetcatError) {
        let buffer = Buffer(capacity: bytes.count)
        buffer.replace(with: bytes)
        while !buffer.isEmpty {
            do throws(Errno) {
                _ = try stream.write(from: buffer, limit: .max)
            } catch {
                if error != .wouldBlock {
                    let sent = bytes.count - buffer.count
                    let proxy = "write failed (\(sent)/\(bytes.count))" as ByteString
                    throw NetcatError("\(party == .proxy ? proxy : party.name): \(error.message)")
                }
                try wait(.writable)
            }
        }
    }

    /// Receives exactly `count` bytes.
    /// - Parameter told: the count in the message if fewer bytes arrive; nil omits numbers.
    func receive(_ count: Int, told: Int? = nil) throws(NetcatError) -> [UInt8] {
        let buffer = Buffer(capacity: count)
        while buffer.count < count {
            do throws(Errno) {
                guard try stream.read(into: buffer, limit: count - buffer.count) > 0 else { throw Errno.brokenPipe }
            } catch {
                if error != .wouldBlock { throw closed(after: buffer.count, of: told, error) }
                try wait(.readable)
            }
        }
        return buffer.bytes
    }

    /// The error if not all bytes could be received.
    private func closed(after count: Int, of whole: Int?, _ error: Errno) -> NetcatError {
        guard party == .proxy else { return closedError }
        let read = whole.map { "read failed (\(count)/\($0))" as ByteString } ?? "proxy read"
        return NetcatError("\(read): \(error.message)")
    }

    /// Receives the first byte; nil if the connection is closed before, as by a port scan.
    func receiveFirst() throws(NetcatError) -> UInt8? {
        do throws(NetcatError) {
            return try receive(1)[0]
        } catch {
            if error == closedError { return nil }
            throw error
        }
    }

    private var closedError: NetcatError { NetcatError("\(party.name): the connection was closed") }

    /// Receives a line, without its line end (LF, or CR LF).
    /// - Parameter limit: the longest line that is accepted, in bytes.
    func receiveLine(limit: Int) throws(NetcatError) -> ByteString {
        guard let line = try receiveLine(upTo: limit) else {
            throw NetcatError(party == .proxy ? "proxy read too long" : "\(party.name): the line is too long")
        }
        return line
    }

    /// Receives a line as above; nil if it is longer.
    /// - Parameter first: the first byte, if it was already received.
    func receiveLine(upTo limit: Int, after first: UInt8? = nil) throws(NetcatError) -> ByteString? {
        var line: [UInt8] = []
        var next = first
        // One byte at a time: what follows the last line is not for this reader.
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

    /// Ends the sending side, and reads until the peer closes: closing the connection at once, with data unread, would
    /// reset it and lose the last reply.
    func finish() {
        stream.endSending()
        let end = Instant.now + .seconds(5)
        let buffer = Buffer(capacity: 1 << 16)
        while true {
            do throws(Errno) {
                guard try stream.read(into: buffer, limit: .max) > 0 else { return }
                buffer.remove(buffer.count)
            } catch {
                let descriptor = stream.descriptor
                guard error == .wouldBlock, (try? descriptor.wait(for: .readable, until: end)) == true else { return }
            }
        }
    }

    private func wait(_ events: PollEvents) throws(NetcatError) {
        do throws(Errno) {
            if try stream.descriptor.wait(for: events, until: deadline) { return }
        } catch {
            throw NetcatError("\(party.name): \(error.message)")
        }
        throw NetcatError("\(party.name): \(Errno.timedOut.message)")
    }
}
