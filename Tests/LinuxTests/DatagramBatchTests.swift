// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

/// Many datagrams in one call.
@Suite(.enabled(if: JoinedDatagrams.areThere, "needs UDP_SEGMENT and UDP_GRO"))
struct DatagramBatchTests {
    /// A socket at a port that the kernel chooses.
    private func bound(joins: Bool = false) throws -> FileDescriptor {
        let socket = try FileDescriptor.socket(.v4, .udp)
        if joins { try socket.joinReceivedDatagrams() }
        try socket.bind(to: SocketAddress(.v4(IPv4Address(rawValue: 0x7F00_0001)), Port(rawValue: 0)))
        return socket
    }

    private func path(to socket: borrowing FileDescriptor) throws -> DatagramPath {
        DatagramPath(to: try socket.localAddress())
    }

    /// Sends datagrams of these sizes, each with its own bytes.
    private func send(_ sizes: [Int], to socket: borrowing FileDescriptor) throws {
        let sender = try FileDescriptor.socket(.v4, .udp)
        let buffer = Buffer(capacity: 65536)
        for (index, size) in sizes.enumerated() {
            buffer.replace(with: [UInt8](repeating: UInt8(index), count: size))
            _ = try sender.send(from: buffer, along: try path(to: socket))
        }
    }

    /// The sizes of the elements that a batch receives.
    private func receive(_ batch: DatagramBatch, from socket: borrowing FileDescriptor) throws -> [Int] {
        batch.removeAll()
        return try batch.receive(from: socket.reference).map { batch.size($0) }
    }

    /// Receives one by one, and compares with what `send` has sent.
    private func expect(_ sizes: [Int], at socket: borrowing FileDescriptor) throws {
        let buffer = Buffer(capacity: 65536)
        for (index, size) in sizes.enumerated() {
            #expect(try socket.receive(into: buffer) == size)
            #expect(buffer.bytes == [UInt8](repeating: UInt8(index), count: size))
            buffer.remove(buffer.count)
        }
        #expect(throws: Errno.wouldBlock) { try socket.receive(into: buffer) }
    }

    private func pass(_ batch: DatagramBatch, to socket: borrowing FileDescriptor, joins: Bool) throws {
        let sender = try FileDescriptor.socket(.v4, .udp)
        let queue = DatagramQueue(joins: joins)
        for index in 0..<batch.count {
            queue.append(index, of: batch, along: try path(to: socket), through: sender.reference)
        }
        queue.send(through: sender.reference)
    }

    @Test(
        "What is joined is divided where it was",
        arguments: [
            ([100, 100, 100, 40], [340]), ([7], [7]), ([10, 20, 20, 20], [10, 60]), ([50, 50, 0, 50], [100, 0, 50]),
            ([40, 100, 100], [40, 200]), (Array(repeating: 1000, count: 60), [60000]),
            ([30000, 30000, 30000], [60000, 30000]),
        ] as [([Int], [Int])]
    )
    func joining(_ sizes: [Int], _ joined: [Int]) throws {
        let (batch, again) = (DatagramBatch(), DatagramBatch())
        let first = try bound()
        let second = try bound(joins: true)
        let third = try bound()
        try send(sizes, to: first)
        #expect(try receive(batch, from: first) == sizes)
        try pass(batch, to: second, joins: true)
        #expect(try receive(again, from: second) == joined)
        // A kernel that can divide and one that cannot.
        for joins in [true, false] {
            try pass(again, to: third, joins: joins)
            try expect(sizes, at: third)
        }
    }

    @Test func `no message has more than 64 datagrams, and a batch takes what fits`() throws {
        let (batch, again) = (DatagramBatch(), DatagramBatch())
        let first = try bound()
        let second = try bound(joins: true)
        try send(Array(repeating: 1, count: 70), to: first)
        #expect(try receive(batch, from: first).count == DatagramBatch.capacity)
        #expect(batch.isFull)
        #expect(try batch.receive(from: first.reference).isEmpty)
        try pass(batch, to: second, joins: true)
        #expect(try receive(again, from: second) == [64])
        #expect(try receive(batch, from: first).count == 6)
        #expect(throws: Errno.wouldBlock) { try receive(batch, from: first) }
    }

    @Test func `elements follow those that are there, each with its path`() throws {
        let batch = DatagramBatch()
        let first = try bound()
        let second = try bound()
        let client = try bound()
        let buffer = Buffer(capacity: 16)
        for socket in [first.reference, second.reference, first.reference] {
            buffer.replace(with: [1])
            _ = try client.send(from: buffer, along: DatagramPath(to: try socket.localAddress()))
        }
        #expect(try batch.receive(from: first.reference) == 0..<2)
        #expect(try batch.receive(from: second.reference) == 2..<3)
        let place = try client.localAddress()
        for index in 0..<3 { #expect(batch.path(index) == DatagramPath(to: place)) }
        #expect(batch.path(0).peer == place && batch.path(0).local == nil)
    }

    /// The peer of one message refuses nothing that concerns the others.
    @Test func `a message that cannot be sent costs no other`() throws {
        let batch = DatagramBatch()
        let first = try bound()
        let second = try bound()
        try send([10, 10], to: first)
        _ = try receive(batch, from: first)
        let sender = try FileDescriptor.socket(.v4, .udp)
        let queue = DatagramQueue(joins: true)
        // Port 0 is nobody's, and a broadcast is not allowed.
        let impossible = [
            SocketAddress(.v4(IPv4Address(rawValue: 0x7F00_0001)), Port(rawValue: 0)),
            SocketAddress(.v4(IPv4Address(rawValue: 0xFFFF_FFFF)), Port(rawValue: 9)),
        ]
        for address in impossible {
            for index in 0..<2 {
                queue.append(index, of: batch, along: DatagramPath(to: address), through: sender.reference)
            }
        }
        for index in 0..<2 { queue.append(index, of: batch, along: try path(to: second), through: sender.reference) }
        queue.send(through: sender.reference)
        try expect([10, 10], at: second)
    }
}

private enum JoinedDatagrams {
    /// Whether this kernel joins datagrams and divides messages.
    static let areThere: Bool = {
        guard let socket = try? FileDescriptor.socket(.v4, .udp), socket.canDivideMessages else { return false }
        return (try? socket.joinReceivedDatagrams()) != nil
    }()
}
