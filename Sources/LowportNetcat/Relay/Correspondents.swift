// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Those with whom a datagram socket exchanges datagrams, where that is not simply its peer.
final class Correspondents {
    /// Who they are.
    enum Selection {
        /// Every sender for which the function is true; answers go to the last one, from the address that it used.
        case every((DatagramPath) -> Bool)
        /// The peer of this path, which the socket is not connected to.
        case one(DatagramPath)
        /// The peer of the socket, which had sent these datagrams before it was connected.
        case peer([[UInt8]])
    }

    private let accepts: ((DatagramPath) -> Bool)?
    private var answered: DatagramPath?
    private var waiting: [[UInt8]] = []

    /// Creates the correspondents of a socket.
    init(of selection: Selection) {
        switch selection {
        case .every(let accepts): self.accepts = accepts
        case .one(let path):
            accepts = { $0 == path }
            answered = path
        case .peer(let waiting):
            accepts = nil
            // Taken from the end.
            self.waiting = waiting.reversed()
        }
    }

    /// Whether there are datagrams which poll(2) does not report.
    var hasPending: Bool { !waiting.isEmpty }

    /// Whether one of them is known.
    var hasReceiver: Bool { accepts == nil || answered != nil }

    /// Receives a datagram from one of them.
    func receive(_ socket: InheritedDescriptor, into buffer: Buffer) throws(Errno) -> Int {
        guard let accepts else {
            guard let datagram = waiting.popLast() else { return try socket.receive(into: buffer) }
            buffer.replace(with: datagram)
            return datagram.count
        }
        while true {
            var path: DatagramPath?
            let count = try socket.receive(into: buffer, along: &path)
            if let path, accepts(path) {
                answered = path
                return count
            }
            // The buffer holds nothing else: the previous datagram has been passed on.
            buffer.remove(buffer.count)
        }
    }

    /// Sends to the peer or the last sender. Throws ENOTCONN if there is none.
    func send(_ socket: InheritedDescriptor, from buffer: Buffer) throws(Errno) -> Int {
        if accepts == nil { return try socket.send(from: buffer) }
        guard let answered else { throw .notConnected }
        return try socket.send(from: buffer, along: answered)
    }
}
