// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// When a relay ends, beside the end of both directions.
struct RelayRules {
    /// The ending that the options ask for.
    var ending = EndingOptions()
    /// How long nothing may happen (`-w`).
    var idleLimit: Milliseconds?
    /// Whether the end of what the peer sends is the end of the session, as it is for a listener.
    var endsWithPeer = false
}

/// Moves bytes both ways between a local pair of descriptors and a peer, until there is nothing left to move.
final class Relay {
    private let rules: RelayRules
    private let sending: Channel
    private let receiving: Channel
    private var quitsAt: Instant?
    private var passedEnd = false
    private var entries: [PollEntry] = []

    /// Creates a relay.
    /// - Parameters:
    ///   - sending: from the local input to the peer.
    ///   - receiving: from the peer to the local output.
    ///   - rules: when it ends.
    init(sending: Channel, receiving: Channel, rules: RelayRules) {
        self.sending = sending
        self.receiving = receiving
        self.rules = rules
        if rules.ending.ignoresInput { sending.endSource() }
        if rules.ending.sendsOnly { receiving.endSource() }
        receiving.readLimit = rules.ending.receiveLimit
    }

    /// Runs until the end.
    func run() {
        var idleAt = rules.idleLimit.map { Instant.now + $0 }
        while !isDone {
            passEndOn()
            if isDone { return }
            let before = sending.received + receiving.received
            guard wait(until: earliest(idleAt, quitsAt)) else { return }
            if let limit = rules.idleLimit, sending.received + receiving.received != before {
                idleAt = Instant.now + limit
            }
        }
    }

    /// Waits for something to move and moves it. False when the time is over, or nothing more is worth waiting for.
    private func wait(until deadline: Instant?) -> Bool {
        let (send, receive) = (sending.waitsFor, receiving.waitsFor)
        entries.removeAll(keepingCapacity: true)
        entries.append(PollEntry(send.source ? sending.source.descriptor : nil, .readable))
        entries.append(PollEntry(send.sink ? sending.sink.descriptor : nil, .writable))
        entries.append(PollEntry(receive.source ? receiving.source.descriptor : nil, .readable))
        entries.append(PollEntry(receive.sink ? receiving.sink.descriptor : nil, .writable))
        // Once the other side is finished, input that is there already is sent, but nothing more is waited for.
        let pause = earliest(sending.pausedUntil, receiving.pausedUntil)
        let waits = !isFinishing || send.sink || pause != nil
        let until = waits ? earliest(deadline, pause) : Instant.now
        let ready: Bool
        do throws(Errno) {
            ready = try poll(&entries, timeout: until?.remaining)
        } catch {
            return error == .interrupted
        }
        guard ready || sending.isPauseOver || receiving.isPauseOver else { return false }
        if entries[2].isReadable || entries[3].isWritable || receiving.isPauseOver { receiving.run() }
        if entries[0].isReadable || entries[1].isWritable || sending.isPauseOver { sending.run() }
        return true
    }

    /// Whether all that remains is to send what is there.
    private var isFinishing: Bool {
        if receiving.sinkGone { return true }
        guard receiving.isOver && !rules.ending.sendsOnly else { return false }
        return rules.endsWithPeer || sending.source.descriptor.isTerminal
    }

    private var isDone: Bool {
        if let limit = receiving.readLimit, receiving.reads >= limit, receiving.isEmpty { return true }
        if sending.isOver && (receiving.isOver || rules.ending.sendsOnly) { return true }
        // A reset ends both directions.
        return receiving.isOver && receiving.sourceError == .connectionReset
    }

    /// Tells the peer, once everything is sent, that nothing more comes.
    private func passEndOn() {
        guard !passedEnd, sending.isOver, !rules.ending.ignoresInput else { return }
        passedEnd = true
        if rules.ending.closesAfterInput { try? sending.sink.descriptor.shutDown(.sending) }
        if let stay = rules.ending.staysAfterInput {
            if stay.rawValue > 0 || sending.sink.kind == .datagrams { quitsAt = Instant.now + stay }
        }
    }
}

/// The earlier of two moments, where nil is never.
func earliest(_ one: Instant?, _ other: Instant?) -> Instant? {
    guard let one else { return other }
    guard let other else { return one }
    return min(one, other)
}
