// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A client of a hub, and the data pending for it. An idle client has no buffer.
final class HubClient {
    /// The number of the client, from 1.
    let number: Int
    /// The place of the client in the hub.
    let index: Int
    /// What its events carry.
    private let token: UInt64
    /// The address of the client, as a terminal may show it.
    let host: ByteString
    /// Answers the TELNET negotiations of the client, if that is requested.
    let telnet: TelnetFilter?
    /// Whether the client has left or cannot be reached.
    var isGone = false
    /// Whether the hub will remove it.
    var isListedAsGone = false
    /// Whether the hub counts the client among those that data is pending for.
    var countsAsBehind = false
    /// Whether the client may have sent something.
    var isReadable = false
    /// Whether a read that gives less than asked for need not be the last one.
    var untilEmpty = false
    /// Whether the hub is told when there is room for data.
    private var watchesRoom = false

    /// Whether the client has sent end of file; it is removed once it has received its pending data.
    private(set) var isLeaving = false

    private let socket: FileDescriptor
    /// Whether the client takes nothing more; what it sent before that is still to be read.
    private var isDeaf = false
    private var endsSending = false
    private var queue: [UInt8] = []

    /// Takes over the connection; a separate process decrypts an encrypted one.
    init(
        _ connection: consuming Connection,
        number: Int,
        index: Int,
        token: UInt64,
        _ options: Options,
        _ console: Console
    ) throws(Errno) {
        self.number = number
        self.index = index
        self.token = token
        host = connection.peer.parts.address.escaped
        let socket = try Encryption(options, console).plain(connection)
        try socket.setNonBlocking(true)
        telnet = options.content.answersTelnet ? TelnetFilter(answeringOver: Stream(socket.reference)) : nil
        self.socket = socket
    }

    /// The descriptor of the connection.
    var descriptor: InheritedDescriptor { socket.reference }

    /// Whether data is pending for the client.
    var isBehind: Bool { !isGone && !queue.isEmpty }

    /// From the first time that data is pending, has the hub told when there is room.
    func watchRoom(_ events: borrowing EventQueue) {
        guard isBehind && !watchesRoom else { return }
        watchesRoom = true
        try? events.change(descriptor, [.stream, .writable], token: token, onChange: true)
    }

    /// Whether the client may still send something.
    var isHeard: Bool { !isLeaving && !isGone }

    /// Takes nothing more from the client.
    func leave() {
        isLeaving = true
        if !isBehind { isGone = true }
    }

    /// Ends the sending side after the pending data.
    func endSending(_ buffer: Buffer) {
        endsSending = true
        flush(buffer)
    }

    /// Sends `bytes`, or keeps them until the socket is writable.
    /// - Parameter buffer: is empty before and afterwards.
    func send(_ bytes: [UInt8], _ buffer: Buffer) {
        if isLeaving || isDeaf { return }
        queue += bytes
        flush(buffer)
    }

    /// Sends as much of the pending data as the socket accepts.
    /// - Parameter buffer: is empty before and afterwards.
    func flush(_ buffer: Buffer) {
        while isBehind {
            buffer.replace(with: Array(queue.prefix(buffer.capacity)))
            defer { buffer.remove(buffer.count) }
            do throws(Errno) {
                let count = try descriptor.send(from: buffer)
                if count == queue.count { queue = [] } else { queue.removeFirst(count) }
            } catch {
                if error == .wouldBlock { return }
                isDeaf = true
                queue = []
            }
        }
        if isLeaving { isGone = true }
        if endsSending { try? descriptor.shutDown(.sending) }
    }
}
