// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

/// Waiting for many descriptors at a time.
@Suite struct EventQueueTests {
    private let found = FoundEvents(capacity: 8)

    /// The events that are there now.
    private func now(_ queue: borrowing EventQueue) throws -> [(token: UInt64, events: ReadyEvents)] {
        try queue.wait(for: found, timeout: Milliseconds(rawValue: 0))
        return (0..<found.count).map { found[$0] }
    }

    @Test("A change is reported once, a state for as long as it lasts", arguments: [true, false])
    func changes(onChange: Bool) throws {
        let queue = try EventQueue()
        let pair = try FileDescriptor.socketPair()
        let ours = FileDescriptor(owning: pair.0)
        let theirs = FileDescriptor(owning: pair.1)
        let token = UInt64.max - 1
        try queue.add(ours, .readable, token: token, onChange: onChange)
        #expect(try now(queue).isEmpty)
        try theirs.write("one")
        let first = try now(queue)
        #expect(first.map(\.token) == [token] && first.allSatisfy { $0.events == .readable })
        #expect(try now(queue).count == (onChange ? 0 : 1))
        // More data is another change.
        try theirs.write("two")
        #expect(try now(queue).count == 1)
    }

    @Test("What is ready when it is added or changed is reported")
    func readyBefore() throws {
        let queue = try EventQueue()
        let pair = try FileDescriptor.socketPair()
        let ours = FileDescriptor(owning: pair.0)
        let theirs = FileDescriptor(owning: pair.1)
        try theirs.write("data")
        try queue.add(ours, .readable, token: 7, onChange: true)
        #expect(try now(queue).count == 1)
        try queue.change(ours, [.readable, .writable], token: 8, onChange: true)
        let again = try now(queue)
        #expect(again.map(\.token) == [8] && again.allSatisfy { $0.events == [.readable, .writable] })
        try queue.remove(ours)
        try theirs.write("more")
        #expect(try now(queue).isEmpty)
        #expect(throws: Errno.noSuchFile) { try queue.remove(ours) }
    }

    @Test("The end of the peer is announced, and a closed descriptor leaves the queue")
    func ends() throws {
        let queue = try EventQueue()
        let pair = try FileDescriptor.socketPair()
        let ours = FileDescriptor(owning: pair.0)
        let theirs = FileDescriptor(owning: pair.1)
        try queue.add(ours, [.readable, .peerEnded], token: 1, onChange: true)
        try theirs.shutDown(.sending)
        let half = try now(queue)
        #expect(half.allSatisfy { $0.events.needReadUntilEmpty && $0.events.allowReading && !$0.events.allowWriting })
        #expect(half.count == 1)
        try theirs.close()
        #expect(try now(queue).first?.events.contains(.hungUp) == true)
        try ours.close()
        #expect(try now(queue).isEmpty)
    }

    @Test("A file is always ready and therefore refused")
    func files() throws {
        let queue = try EventQueue()
        let file = try FileDescriptor.open("/proc/self/exe", .readOnly)
        #expect(throws: Errno.notPermitted) { try queue.add(file, .readable, token: 1, onChange: false) }
    }

    @Test("Queues that wait for one listener exclusively find what is there, unless they have left it to others")
    func exclusive() throws {
        let listener = try FileDescriptor.socket(.v4, .tcp)
        try listener.bind(to: SocketAddress(.v4(IPv4Address(rawValue: 0x7F00_0001)), Port(rawValue: 0)))
        try listener.listen()
        let queues = [Queue(try EventQueue()), Queue(try EventQueue())]
        for queue in queues { try queue.queue.add(listener, [.readable, .exclusive], token: 7, onChange: true) }
        try queues[0].queue.remove(listener)
        let client = try FileDescriptor.socket(.v4, .tcp)
        try client.connect(to: listener.localAddress())
        #expect(try now(queues[0].queue).isEmpty)
        #expect(try now(queues[1].queue).map(\.token) == [7])
        try queues[0].queue.add(listener, [.readable, .exclusive], token: 8, onChange: true)
        #expect(try now(queues[0].queue).map(\.token) == [8])
    }

    private final class Queue {
        let queue: EventQueue
        init(_ queue: consuming EventQueue) { self.queue = queue }
    }
}
