// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

/// What a connection reports that was reset before anybody asked whether it was there.
@Suite struct ConnectTests {
    private let loopback = SocketAddress(.v4(IPv4Address(rawValue: 0x7F00_0001)), Port(rawValue: 0))

    /// A client in whose connection the server has sent `answer` and reset it, before the client has waited for it.
    private func clientOfReset(after answer: ByteString) throws -> FileDescriptor {
        let listener = try FileDescriptor.socket(.v4, .tcp)
        try listener.bind(to: loopback)
        try listener.listen()
        let client = try FileDescriptor.socket(.v4, .tcp)
        try client.setNonBlocking(true)
        #expect(throws: Errno.inProgress) { try client.connect(to: listener.localAddress()) }
        var peer: SocketAddress?
        let server = try listener.accept(from: &peer)
        if !answer.isEmpty { try server.write(answer) }
        try server.resetOnClose()
        try server.close()
        return client
    }

    @Test("A reset after an answer is read after the answer") func answered() throws {
        let client = try clientOfReset(after: "answer")
        try client.finishConnecting(until: nil)
        let buffer = Buffer(capacity: 64)
        #expect(try client.read(into: buffer) == 6)
        #expect(throws: Errno.connectionReset) { try client.read(into: buffer) }
    }

    @Test("A reset without an answer is a connection that has failed") func unanswered() throws {
        let client = try clientOfReset(after: "")
        #expect(throws: Errno.connectionReset) { try client.finishConnecting(until: nil) }
    }

    @Test("A port without a listener refuses") func refused() throws {
        let listener = try FileDescriptor.socket(.v4, .tcp)
        try listener.bind(to: loopback)
        let client = try FileDescriptor.socket(.v4, .tcp)
        try client.setNonBlocking(true)
        #expect(throws: Errno.inProgress) { try client.connect(to: listener.localAddress()) }
        #expect(throws: Errno.connectionRefused) { try client.finishConnecting(until: nil) }
    }
}
