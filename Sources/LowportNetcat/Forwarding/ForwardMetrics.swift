// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The counters of all routes in the form of OpenMetrics 1.0.
enum ForwardMetrics {
    private struct Family {
        let name: ByteString
        let help: ByteString
        var isGauge = false
        var isBytes = false
        let count: ForwardCount
    }

    private static var families: [Family] {
        [
            Family(name: "accepted", help: "Clients that were accepted.", count: .accepted),
            Family(name: "active", help: "Clients that are connected now.", isGauge: true, count: .active),
            Family(name: "refused", help: "Clients for whom the target could not be reached.", count: .refused),
            Family(name: "failed", help: "Connections that ended with a reset or by a time limit.", count: .failed),
            Family(name: "sent_bytes", help: "Bytes to the target.", isBytes: true, count: .sent),
            Family(name: "received_bytes", help: "Bytes from the target.", isBytes: true, count: .received),
        ]
    }

    /// The text for `routes`.
    static func text(of routes: [Route]) -> ByteString {
        var text = ByteString()
        for family in families {
            let name = "lowport_forward_\(family.name)" as ByteString
            text += "# TYPE \(name) \(family.isGauge ? "gauge" : "counter" as ByteString)\n"
            if family.isBytes { text += "# UNIT \(name) bytes\n" }
            text += "# HELP \(name) \(family.help)\n"
            for (labels, routes) in series(of: routes) {
                text += "\(name)\(family.isGauge ? "" : "_total" as ByteString)\(labels)"
                text += " \(routes.reduce(0) { $0 + $1.counters[family.count] })\n"
            }
        }
        return text + "# EOF\n"
    }

    /// The labels, each once: a pair that was removed and added again has two routes until the last client of the first has left.
    private static func series(of routes: [Route]) -> [(labels: ByteString, routes: [Route])] {
        var series: [(labels: ByteString, routes: [Route])] = []
        for route in routes {
            let target = "\(route.target.host):\(route.target.port)" as ByteString
            let labels = "{listen=\"\(escaped(route.name))\",target=\"\(escaped(target))\"}" as ByteString
            if let index = series.firstIndex(where: { $0.labels == labels }) {
                series[index].routes.append(route)
            } else {
                series.append((labels, [route]))
            }
        }
        return series
    }

    private static func escaped(_ text: ByteString) -> ByteString {
        var result: [UInt8] = []
        for byte in text.bytes {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): result += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): result += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: result.append(byte)
            }
        }
        return ByteString(result)
    }
}

/// Gives a text to whoever connects to a Unix socket and asks for it over HTTP, or only ends its side.
final class MetricsServer {
    /// One connection.
    private final class Reader {
        let socket: FileDescriptor
        let deadline = Instant.now + .seconds(5)
        /// The last bytes of the request.
        var end: [UInt8] = []
        var answer: Buffer?

        init(_ socket: consuming FileDescriptor) { self.socket = socket }
    }

    private let listener: Listener
    private let path: ByteString
    private var readers: [Reader?] = [Reader?](repeating: nil, count: 16)

    /// Listens at `path`.
    init(at path: ByteString) throws(NetcatError) {
        self.path = path
        do throws(Errno) {
            listener = try UnixEndpoint.listen(at: path, datagrams: false)
            try listener.socket.setNonBlocking(true)
        } catch {
            throw NetcatError("cannot listen on \(path): \(error.sentence)")
        }
    }

    /// Stops listening, and removes the socket.
    func close() {
        if !path.hasPrefix("@") { try? removeFile(path) }
    }

    /// Waits for connections in the queue of `tools`.
    func watch(_ tools: ForwardTools) throws(Errno) {
        try tools.events.add(listener.socket, .readable, token: EventToken.metrics.rawValue, onChange: false)
    }

    /// When the next connection has taken too long.
    var deadline: Instant? { readers.reduce(nil) { earliest($0, $1?.deadline) } }

    /// Closes connections that have taken too long.
    func handleDeadlines(_ now: Instant) {
        for (index, reader) in readers.enumerated() {
            if let reader, reader.deadline <= now { readers[index] = nil }
        }
    }

    /// Accepts a connection. If all places are taken, it gets that of the one that has been there for longest.
    func accept(_ tools: ForwardTools) {
        var peer: SocketAddress?
        guard let socket = try? listener.socket.accept(from: &peer) else { return }
        var index = 0
        for (place, reader) in readers.enumerated() {
            guard let reader else {
                index = place
                break
            }
            if let oldest = readers[index], reader.deadline < oldest.deadline { index = place }
        }
        let token = EventToken.metricsReader(index).rawValue
        let events: ReadyEvents = [.readable, .writable, .peerEnded]
        guard (try? tools.events.add(socket, events, token: token, onChange: true)) != nil else { return }
        readers[index] = Reader(socket)
    }

    /// Goes on with a connection that is ready.
    /// - Parameter text: what the counters are now.
    func advance(_ index: Int, _ tools: ForwardTools, text: () -> ByteString) {
        guard let reader = readers[index] else { return }
        do throws(Errno) {
            if reader.answer == nil {
                guard try hasAsked(reader, tools.buffer) else { return }
                let answer = MetricsServer.answer(text())
                let buffer = Buffer(capacity: answer.count)
                buffer.replace(with: answer.bytes)
                reader.answer = buffer
            }
            while let answer = reader.answer, !answer.isEmpty { _ = try reader.socket.send(from: answer) }
            readers[index] = nil
        } catch {
            if error != .wouldBlock { readers[index] = nil }
        }
    }

    /// Reads what there is of the request, and returns whether it has ended. Throws EAGAIN if it has not.
    private func hasAsked(_ reader: Reader, _ buffer: Buffer) throws(Errno) -> Bool {
        while true {
            let count = try reader.socket.receive(into: buffer)
            if count == 0 { return true }
            reader.end = Array((reader.end + buffer.bytes).suffix(4))
            buffer.remove(count)
            let end = ByteString(reader.end)
            if end.hasSuffix("\r\n\r\n") || end.hasSuffix("\n\n") { return true }
        }
    }

    private static func answer(_ text: ByteString) -> ByteString {
        let type: ByteString = "application/openmetrics-text; version=1.0.0; charset=utf-8"
        return "HTTP/1.0 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(text.count)\r\n\r\n" + text
    }
}
