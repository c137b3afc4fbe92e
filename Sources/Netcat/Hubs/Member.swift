// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// One client of a hub, and what is there for it.
final class Member {
    /// Its number, from 1 on.
    let number: Int
    /// Whether it has closed its side or cannot be reached.
    var isGone = false

    /// Whether it says nothing more; it is gone when it has what is there for it.
    private(set) var isLeaving = false

    private let socket: FileDescriptor
    private var endsSending = false
    private let buffer = Buffer(capacity: 64 << 10)
    private var queue: [UInt8] = []

    /// Takes the connection over; an encrypted one gets a process that deciphers it.
    init(_ connection: consuming Connection, number: Int, _ options: Options, _ console: Console) throws(Errno) {
        self.number = number
        socket = try Encryption(options, console).plain(connection)
        try socket.setNonBlocking(true)
    }

    /// The descriptor that it is read from and written to.
    var descriptor: InheritedDescriptor { socket.reference }

    /// Whether there is something for it that it has not taken yet.
    var isBehind: Bool { !isGone && (!buffer.isEmpty || !queue.isEmpty) }

    /// Takes nothing more from it.
    func leave() {
        isLeaving = true
        if !isBehind { isGone = true }
    }

    /// Tells it, behind what is there for it, that nothing more comes.
    func endSending() {
        endsSending = true
        flush()
    }

    /// Sends `bytes`, or keeps them until there is room.
    func tell(_ bytes: [UInt8]) {
        if isLeaving { return }
        queue += bytes
        flush()
    }

    /// Sends as much of what is there as there is room for.
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
