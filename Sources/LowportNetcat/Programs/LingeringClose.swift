// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The end of a connection whose peer may still send: what the peer sends is read and dropped.
///
/// To close a socket with unread data resets the connection, and the peer may lose what it has not read yet (RFC 1122,
/// 4.2.2.13). Servers therefore end the sending side first and close when the peer has closed.
enum LingeringClose {
    /// The longest silence of the peer.
    private static var silence: Milliseconds { .seconds(2) }
    /// The longest time in total.
    private static var total: Milliseconds { .seconds(30) }
    /// How many bytes are dropped at most.
    private static var amount: Int { 256 << 20 }

    /// Ends the sending side of `socket`, and returns when the peer has closed, or when it takes too long. The caller
    /// closes the socket.
    static func finish(_ socket: InheritedDescriptor) {
        // Fails if the peer is gone.
        guard (try? socket.shutDown(.sending)) != nil else { return }
        let end = Instant.now + total
        let buffer = Buffer(capacity: 64 << 10)
        var left = amount
        while left > 0, (try? socket.wait(for: .readable, until: min(end, Instant.now + silence))) == true {
            guard end > Instant.now, let count = try? socket.receive(into: buffer), count > 0 else { return }
            left -= count
            buffer.remove(count)
        }
    }
}

extension InheritedDescriptor {
    /// Whether every process has closed the other end of a socket pair.
    var isHungUp: Bool {
        var entries = [PollEntry(self, [])]
        return (try? poll(&entries, timeout: Milliseconds(rawValue: 0))) == true && entries[0].found.contains(.hungUp)
    }
}
