// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Something that bytes come from or go to, and how it is read and written without waiting.
struct Stream {
    /// What it is, as far as that decides how bytes are moved.
    enum Kind {
        /// A stream socket of our own, which does not wait.
        case socket
        /// A socket that keeps the bounds of what is sent.
        case datagrams
        /// A pipe or FIFO, whoever else has it.
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

    /// Looks at what `descriptor` is.
    init(_ descriptor: InheritedDescriptor) {
        self.descriptor = descriptor
        switch (try? descriptor.status())?.kind {
        case .socket: kind = descriptor.isDatagramSocket ? .datagrams : .socket
        case .fifo: kind = .pipe
        case .regular: kind = .file
        default: kind = descriptor.isNullDevice ? .null : .device
        }
    }

    /// Whether a read never waits, so that one may try without asking poll(2).
    var readsWithoutWaiting: Bool {
        switch kind {
        case .socket, .datagrams, .file, .null: true
        case .pipe, .device: false
        }
    }

    /// Reads into the room of `buffer`, at most `limit` bytes; 0 is the end.
    func read(into buffer: Buffer, limit: Int) throws(Errno) -> Int {
        switch kind {
        case .socket, .datagrams: try descriptor.receive(into: buffer, limit: limit)
        case .pipe, .file, .null, .device: try descriptor.read(into: buffer, limit: limit)
        }
    }

    /// Writes what waits in `buffer`, at most `limit` bytes, as far as it can be done at once. Throws EAGAIN if that is
    /// nothing.
    func write(from buffer: Buffer, limit: Int) throws(Errno) -> Int {
        switch kind {
        case .socket, .datagrams: return try descriptor.send(from: buffer, limit: limit)
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
}
