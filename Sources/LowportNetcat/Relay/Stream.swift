// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportTLS

/// A source or sink of bytes, and how to read and write it without waiting.
struct Stream {
    /// The kind of descriptor, which decides how bytes are moved.
    enum Kind {
        /// A non-blocking stream socket of this process.
        case socket
        /// A stream socket with encryption.
        case encrypted
        /// A socket that keeps message boundaries.
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
    /// The kind of the descriptor.
    let kind: Kind
    /// Whether this is a TCP connection.
    let isTCP: Bool
    /// Whether each write is a message of its own, encrypted or not.
    let isOfMessages: Bool
    private let tls: TLSSession?
    private let correspondents: Correspondents?

    /// Determines the kind of `descriptor`.
    /// - Parameter correspondents: the peers of a datagram socket; nil for the socket's own peer or, if it has none, for
    ///   every sender.
    init(_ descriptor: InheritedDescriptor, _ correspondents: Correspondents? = nil) {
        self.descriptor = descriptor
        tls = nil
        switch (try? descriptor.status())?.kind {
        case .socket: kind = descriptor.isDatagramSocket ? .datagrams : .socket
        case .fifo: kind = .pipe
        case .regular: kind = .file
        default: kind = descriptor.isNullDevice ? .null : .device
        }
        isTCP = kind == .socket && descriptor.isTCP
        isOfMessages = kind == .datagrams
        let isInternet = kind == .datagrams && (try? descriptor.localAddress()) != nil
        let hasPeer = !isInternet || (try? descriptor.peerAddress()) != nil
        self.correspondents = correspondents ?? (hasPeer ? nil : Correspondents(of: .every { _ in true }))
    }

    /// Assumes that `descriptor` has the kind of `other`: connections of one listener are all alike.
    init(_ descriptor: InheritedDescriptor, like other: Stream) {
        self.descriptor = descriptor
        kind = other.kind
        isTCP = other.isTCP
        isOfMessages = other.isOfMessages
        tls = nil
        correspondents = nil
    }

    /// Reads and writes through `tls`, after its handshake.
    init(_ descriptor: InheritedDescriptor, _ tls: TLSSession) {
        self.descriptor = descriptor
        self.tls = tls
        kind = .encrypted
        isOfMessages = descriptor.isDatagramSocket
        isTCP = !isOfMessages && descriptor.isTCP
        correspondents = nil
    }

    /// Whether a read never waits, so that it needs no poll(2) before it.
    var readsWithoutWaiting: Bool {
        switch kind {
        case .socket, .encrypted, .datagrams, .file, .null: true
        case .pipe, .device: false
        }
    }

    /// Whether a read returns data although the descriptor is not readable.
    var hasPending: Bool { tls?.hasPending ?? correspondents?.hasPending ?? false }

    /// Whether there is somebody to send to: without a peer, a socket of datagrams answers those that send to it.
    var hasReceiver: Bool { correspondents?.hasReceiver ?? true }

    /// Whether data may be missing after what was received.
    var wasTruncated: Bool { tls?.wasTruncated ?? false }

    /// Why an encrypted connection failed; nil if it did not.
    var failure: ByteString? { tls?.failure }

    /// Waits for the answer of the peer that may still refuse an encrypted connection whose sending side has ended.
    func waitForVerdict() { tls?.waitForVerdict(until: Instant.now + .seconds(2)) }

    /// Reads into the free space of `buffer`, at most `limit` bytes; returns 0 at end of file.
    func read(into buffer: Buffer, limit: Int) throws(Errno) -> Int {
        if let tls { return try tls.read(into: buffer, limit: limit) }
        if let correspondents { return try correspondents.receive(descriptor, into: buffer) }
        switch kind {
        case .socket, .datagrams: return try descriptor.receive(into: buffer, limit: limit)
        case .pipe:
            // Another process may have taken what poll(2) reported.
            do throws(Errno) {
                return try descriptor.readNow(into: buffer, limit: limit)
            } catch {
                guard error.meansImpossible else { throw error }
            }
            return try descriptor.read(into: buffer, limit: limit)
        default: return try descriptor.read(into: buffer, limit: limit)
        }
    }

    /// Writes at most `limit` bytes of `buffer`, as many as possible without waiting. Throws EAGAIN if that is none.
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
                guard error.meansImpossible else { throw error }
            }
            // If poll(2) reports a pipe as writable, at least PIPE_BUF bytes fit.
            guard try descriptor.wait(for: .writable, until: .now) else { throw .wouldBlock }
            return try descriptor.write(from: buffer, limit: min(limit, 4096))
        }
    }

    /// Ends the sending side.
    func endSending() {
        if let tls { tls.shutDown() } else { try? descriptor.shutDown(.sending) }
    }
}

extension Errno {
    /// Whether the kernel, or a filter of system calls, does not know `RWF_NOWAIT`.
    fileprivate var meansImpossible: Bool { self == .notSupported || self == .noSystemCall }
}
