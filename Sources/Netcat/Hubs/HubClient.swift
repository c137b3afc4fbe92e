// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// A client of a hub, and the data pending for it.
final class HubClient {
    /// The number of the client, from 1.
    let number: Int
    /// Whether the client has left or cannot be reached.
    var isGone = false

    /// Whether the client has sent end of file; it is removed once it has received its pending data.
    private(set) var isLeaving = false

    private let socket: FileDescriptor
    private var endsSending = false
    private let buffer = Buffer(capacity: 64 << 10)
    private var queue: [UInt8] = []

    /// Takes over the connection; a separate process decrypts an encrypted one.
    init(_ connection: consuming Connection, number: Int, _ options: Options, _ console: Console) throws(Errno) {
        self.number = number
        socket = try Encryption(options, console).plain(connection)
        try socket.setNonBlocking(true)
    }

    /// The descriptor of the connection.
    var descriptor: InheritedDescriptor { socket.reference }

    /// Whether data is pending for the client.
    var isBehind: Bool { !isGone && (!buffer.isEmpty || !queue.isEmpty) }

    /// Takes nothing more from the client.
    func leave() {
        isLeaving = true
        if !isBehind { isGone = true }
    }

    /// Ends the sending side after the pending data.
    func endSending() {
        endsSending = true
        flush()
    }

    /// Sends `bytes`, or keeps them until the socket is writable.
    func send(_ bytes: [UInt8]) {
        if isLeaving { return }
        queue += bytes
        flush()
    }

    /// Sends as much of the pending data as the socket accepts.
    func flush() {
        while isBehind {
            if buffer.isEmpty {
                let next = queue.prefix(64 << 10)
                buffer.replace(with: Array(next))
                queue.removeFirst(next.count)
            }
            do throws(Errno) {
                _ = try descriptor.send(from: buffer)
            } catch {
                isGone = error != .wouldBlock
                return
            }
        }
        if isLeaving { isGone = true }
        if endsSending { try? descriptor.shutDown(.sending) }
    }
}
