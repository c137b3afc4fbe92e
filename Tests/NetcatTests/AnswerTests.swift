// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux
import Testing

@testable import LowportNetcat

/// A listener whose client has said all that it has to say, and whose answer begins only then.
@Suite struct AnswerTests {
    @Test func `a listener waits a moment for its answer`() throws {
        let start = Instant.now
        #expect(try received(answering: false).isEmpty)
        #expect(start.elapsed >= Milliseconds(rawValue: 100))
    }

    @Test func `an answer that begins late arrives`() throws {
        // A machine that does nothing else for a tenth of a second may spoil some.
        #expect(try (0..<20).contains { _ in try received(answering: true) == Array("answer".utf8) })
    }

    /// Whether a thread of ours waits in the kernel, or has ended.
    private func isAsleep(_ thread: ByteString?) -> Bool {
        guard let thread else { return false }
        guard let file = try? FileDescriptor.open("/proc/\(thread)/stat", .readOnly),
            let text = try? file.readToEnd(limit: 4096)
        else { return true }
        return ByteString(text).split(on: UInt8(ascii: ")")).last?.hasPrefix(" S") == true
    }

    /// What a client receives that half-closes at once, from a listener whose input is a pipe.
    private func received(answering: Bool) throws -> [UInt8] {
        let (ours, theirs) = try FileDescriptor.socketPair()
        let peer = FileDescriptor(owning: theirs)
        let pipe = try Pipe()
        // What it uses is declared before it, and so closed after its end.
        var threads = ThreadGroup()
        try peer.reference.shutDown(.sending)
        try InheritedDescriptor(ours).setNonBlocking(true)
        let input = pipe.output.rawValue
        let thread = Guarded<ByteString?>(nil)
        try threads.start {
            thread.withLock { $0 = try? readLink("/proc/thread-self") }
            let connection = Stream(InheritedDescriptor(ours))
            var rules = RelayRules()
            rules.ending.closesAfterInput = true
            rules.endsWithPeer = true
            rules.waitsForAnswer = true
            let relay = Relay(
                sending: Channel(from: Stream(InheritedDescriptor(input)), to: connection),
                receiving: Channel(from: connection, to: Stream(.standardOutput)),
                rules: rules
            )
            relay.run(Console(program: "nc"))
            try? FileDescriptor(owning: ours).close()
        }
        if answering {
            // Its client ended before it began, so it sleeps only when it has seen that.
            while !isAsleep(thread.withLock { $0 }) { sched_yield() }
            try pipe.input.reference.write("answer")
        }
        let buffer = Buffer(capacity: 100)
        while try peer.reference.read(into: buffer, limit: 100) > 0 {}
        return buffer.bytes
    }
}
