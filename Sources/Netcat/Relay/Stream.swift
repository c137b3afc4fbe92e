// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import TLS

/// Something that bytes come from or go to, and how it is read and written without waiting.
struct Stream {
    /// What it is, as far as that decides how bytes are moved.
    enum Kind {
        /// A stream socket of our own, which does not wait.
        case socket
        /// The same, with encryption.
        case encrypted
        /// A socket that keeps the bounds of what is sent.
        case datagrams
        /// A pipe or FIFO, which other processes may share.
        case pipe
        /// A regular file.
        case file
        /// /dev/null.
        case null
        /// A terminal, or a device.
        case device
    }

    /// The descriptor. Its owner outlives the stream.
    let descriptor: InheritedDescriptor
    /// What it is.
    let kind: Kind
    /// Whether what is read and written is a connection of TCP.
    let isTCP: Bool
    private let tls: TLSSession?
    private let correspondents: Correspondents?

    /// Looks at what `descriptor` is.
    /// - Parameter accepts: whether datagrams of a sender are accepted, for a datagram socket that is not connected.
    init(_ descriptor: InheritedDescriptor, accepts: @escaping (SocketAddress) -> Bool = { _ in true }) {
        self.descriptor = descriptor
        tls = nil
        switch (try? descriptor.status())?.kind {
        case .socket: kind = descriptor.isDatagramSocket ? .datagrams : .socket
        case .fifo: kind = .pipe
        case .regular: kind = .file
        default: kind = descriptor.isNullDevice ? .null : .device
        }
        isTCP = kind == .socket && descriptor.isTCP
        // A socket that is not connected receives from all senders, and the last one is answered.
        let isInternet = kind == .datagrams && (try? descriptor.localAddress()) != nil
        correspondents = isInternet && (try? descriptor.peerAddress()) == nil ? Correspondents(accepts) : nil
    }

    /// Assumes that `descriptor` is of the kind of `other`: connections of one listener are all alike.
    init(_ descriptor: InheritedDescriptor, like other: Stream) {
        self.descriptor = descriptor
        kind = other.kind
        isTCP = other.isTCP
        tls = nil
        correspondents = nil
    }

    /// Reads and writes through `tls`, which has agreed on keys.
    init(_ descriptor: InheritedDescriptor, _ tls: TLSSession) {
        self.descriptor = descriptor
        self.tls = tls
        kind = .encrypted
        isTCP = descriptor.isTCP
        correspondents = nil
    }

    /// Whether a read never waits, so that one may try without asking poll(2).
    var readsWithoutWaiting: Bool {
        switch kind {
        case .socket, .encrypted, .datagrams, .file, .null: true
        case .pipe, .device: false
        }
    }

    /// Whether a read gives something although the descriptor has nothing.
    var hasPending: Bool { tls?.hasPending ?? false }

    /// Whether what came may have had more behind it.
    var wasTruncated: Bool { tls?.wasTruncated ?? false }

    /// Reads into the room of `buffer`, at most `limit` bytes; 0 is the end.
    func read(into buffer: Buffer, limit: Int) throws(Errno) -> Int {
        if let tls { return try tls.read(into: buffer, limit: limit) }
        if let correspondents { return try correspondents.receive(descriptor, into: buffer) }
        switch kind {
        case .socket, .datagrams: return try descriptor.receive(into: buffer, limit: limit)
        default: return try descriptor.read(into: buffer, limit: limit)
        }
    }

    /// Writes what waits in `buffer`, at most `limit` bytes, as far as it can be done at once. Throws EAGAIN if that is
    /// nothing.
    func write(from buffer: Buffer, limit: Int) throws(Errno) -> Int {
        if let tls { return try tls.write(from: buffer, limit: limit) }
        if let correspondents { return try correspondents.send(descriptor, from: buffer) }
        switch kind {
        case .socket, .encrypted, .datagrams: return try descriptor.send(from: buffer, limit: limit)
        case .file, .null: return try descriptor.write(from: buffer, limit: limit)
        case .pipe, .device:
            do throws(Errno) {
                return try descriptor.writeNow(from: buffer, limit: limit)
            } catch {
                guard error == .notSupported else { throw error }
            }
            // Where poll(2) sees room, PIPE_BUF bytes of it are certain.
            guard try descriptor.wait(for: .writable, until: .now) else { throw .wouldBlock }
            return try descriptor.write(from: buffer, limit: min(limit, 4096))
        }
    }

    /// Ends the sending side.
    func endSending() {
        if let tls { tls.shutDown() } else { try? descriptor.shutDown(.sending) }
    }
}

/// The senders of datagrams to a socket that is not connected: the last one is answered.
final class Correspondents {
    private var last: SocketAddress?
    private let accepts: (SocketAddress) -> Bool

    /// Accepts datagrams of senders for which `accepts` is true.
    init(_ accepts: @escaping (SocketAddress) -> Bool) { self.accepts = accepts }

    /// Receives a datagram of an accepted sender.
    func receive(_ socket: InheritedDescriptor, into buffer: Buffer) throws(Errno) -> Int {
        while true {
            var sender: SocketAddress?
            let count = try socket.receive(into: buffer, from: &sender)
            if let sender, accepts(sender) {
                last = sender
                return count
            }
            // Nothing else waits there: a datagram is received when the one before has been passed on.
            buffer.remove(buffer.count)
        }
    }

    /// Sends to the last sender; before the first, the datagram is dropped.
    func send(_ socket: InheritedDescriptor, from buffer: Buffer) throws(Errno) -> Int {
        guard let last else {
            let count = buffer.count
            buffer.remove(count)
            return count
        }
        return try socket.send(from: buffer, to: last)
    }
}
