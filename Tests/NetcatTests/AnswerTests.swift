// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux
import Testing

@testable import Netcat

/// A listener whose client has said all that it has to say, and whose answer begins only then.
@Suite struct AnswerTests {
    @Test func isWaitedForAWhile() throws {
        let start = Instant.now
        #expect(try received(answering: false).isEmpty)
        #expect(start.elapsed >= Milliseconds(rawValue: 100))
    }

    @Test func arrivesThoughItBeginsLate() throws {
        // A machine that does nothing else for a tenth of a second may spoil some.
        #expect(try (0..<20).contains { _ in try received(answering: true) == Array("answer".utf8) })
    }

    /// What a client receives who half-closes at once, from a listener whose input is a pipe.
    private func received(answering: Bool) throws -> [UInt8] {
        let (ours, theirs) = try FileDescriptor.socketPair()
        let peer = FileDescriptor(owning: theirs)
        var threads = ThreadGroup()
        let pipe = try Pipe()
        try peer.reference.shutDown(.sending)
        try InheritedDescriptor(ours).setNonBlocking(true)
        let input = pipe.output.rawValue
        try threads.start {
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
            usleep(2000)
            try pipe.input.reference.write("answer")
        }
        let buffer = Buffer(capacity: 100)
        while try peer.reference.read(into: buffer, limit: 100) > 0 {}
        return buffer.bytes
    }
}
