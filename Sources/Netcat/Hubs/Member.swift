// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// One client of a hub, and what is there for it.
final class Member {
    /// Its number, from 1 on.
    let number: Int
    /// Whether it has closed its side or cannot be reached.
    var isGone = false

    private let socket: FileDescriptor
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

    /// Sends `bytes`, or keeps them until there is room.
    func tell(_ bytes: [UInt8]) {
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
    }
}
