// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Moves bytes both ways between two local descriptors and a peer, until there is nothing left to move.
final class Relay {
    /// When it ends.
    let rules: RelayRules
    /// From the local input to the peer.
    let sending: Channel
    /// From the peer to the local output.
    let receiving: Channel
    private var quitsAt: Instant?
    private var passedEnd = false
    private var passedPeersEnd = false
    private var entries: [PollEntry] = []
    /// The progress line, if requested.
    var progress: Progress?

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

    /// How many bytes were taken from the local input.
    var sent: Int { sending.received }
    /// How many bytes the peer sent.
    var received: Int { receiving.received }
    /// Whether a connection was closed without close_notify, so that data may be missing. If the program that would have read
    /// it is gone, nothing is missed.
    private(set) var wasTruncated = false
    /// Why an encrypted connection failed; nil if it did not. Both ends may be encrypted, the local one as well.
    var failure: ByteString? {
        receiving.source.failure ?? sending.sink.failure ?? sending.source.failure ?? receiving.sink.failure
    }
    /// What was not recorded as requested.
    var recordError: NetcatError? { sending.recordError ?? receiving.recordError }
    /// Why the connection from the peer ended, if not by end of file.
    var peerError: Errno? { receiving.sourceError }

    /// Why what the peer sent could not be written; nil also if its reader has left.
    var outputError: Errno? {
        receiving.sinkError.flatMap { $0 == .brokenPipe || $0 == .connectionReset ? nil : $0 }
    }
    /// Whether the peer reset the connection before it had all that was to be sent. A peer that ended before wants no more of it,
    /// and a program whose output is sent learns of it by itself.
    private(set) var wasReset = false
    /// Whether the peer reset the connection, after it had ended, before it had all that was to be sent.
    var wasRejected: Bool { !rules.passesPeersEnd && sending.sink.isTCP && sending.sinkError == .brokenPipe }
    /// Why the local input could not be read to its end.
    var inputError: Errno? { rules.passesPeersEnd ? nil : sending.sourceError }
    /// Whether the idle limit ended the relay while bytes were waiting for their receiver.
    private(set) var wasCutOff = false
    /// Whether the idle limit ended the relay.
    private(set) var wasIdle = false

    /// How often bytes moved: a slow reader that takes pending data counts as well as a peer that sends.
    private var movements: Int { sending.movements + receiving.movements }

    /// Runs until the end.
    func run(_ console: Console) {
        var idleAt = rules.idleLimit.map { Instant.now + $0 }
        passEndsOn()
        if sending.isFinished { receiveEagerly() }
        while !isDone {
            passEndsOn()
            if isDone { break }
            let before = movements
            let deadline = earliest(idleAt, quitsAt)
            guard wait(until: earliest(deadline, progress?.nextAt)) else {
                if let deadline, deadline <= Instant.now {
                    wasCutOff = sending.waitsFor.sink || receiving.waitsFor.sink
                    wasIdle = deadline == idleAt
                    break
                }
                if progress == nil { break }
                progress?.show(sent: sent, received: received, console)
                continue
            }
            // A pause for `-i` does not count as idle time.
            if let limit = rules.idleLimit, movements != before { idleAt = (sending.pausedUntil ?? .now) + limit }
        }
        if outputError != nil || recordError != nil {
            // What was received is lost, so the peer must not take it for delivered.
            try? receiving.source.descriptor.resetOnClose()
            if rules.passesPeersEnd { try? sending.source.descriptor.resetOnClose() }
            return finishProgress(console)
        }
        if passesReset {
            passResetOn()
            return finishProgress(console)
        }
        passEndsOn()
        if rules.ending.sendsOnly { drain(until: nil) }
        if receiving.sinkGone && sending.isEmpty { drain(until: Instant.now + .seconds(5)) }
        // An encrypted connection is always shut down, however the relay ended.
        if sending.sink.kind == .encrypted {
            sending.sink.endSending()
            if rules.ending.sendsOnly || rules.passesPeersEnd { sending.sink.waitForVerdict() }
        }
        finishProgress(console)
    }

    private func finishProgress(_ console: Console) {
        progress?.show(sent: sent, received: received, console)
        progress?.finish(console)
    }

    /// Receives without poll(2) while there is nothing to send. A few more reads take less time than a sleep and a
    /// wakeup: many peers have finished by then, if they get to run.
    private func receiveEagerly() {
        guard receiving.source.readsWithoutWaiting else { return }
        for _ in 0..<8 where receiving.waitsFor.source {
            let before = receiving.movements
            run(receiving)
            if receiving.movements == before { CurrentProcess.yield() }
        }
    }

    /// Waits until something can be moved, and moves it. Returns false after the time limit, or when the relay is finished.
    private func wait(until deadline: Instant?) -> Bool {
        let (send, receive) = (sending.waitsFor, receiving.waitsFor)
        entries.removeAll(keepingCapacity: true)
        entries.append(PollEntry(send.source ? sending.source.descriptor : nil, .readable))
        entries.append(PollEntry(send.sink ? sending.sink.descriptor : nil, .writable))
        entries.append(PollEntry(receive.source ? receiving.source.descriptor : nil, .readable))
        entries.append(PollEntry(receive.sink ? receiving.sink.descriptor : nil, .writable))
        // Once the peer has ended, input is sent only as long as it comes without a gap (`endOfGap`).
        let pause = earliest(sending.pausedUntil, receiving.pausedUntil)
        let waits = !isFinishing || send.sink || pause != nil
        let isPending = receiving.hasPending
        let until = isPending ? Instant.now : earliest(deadline, waits ? pause : endOfGap)
        let ready: Bool
        do throws(Errno) {
            ready = try poll(&entries, timeout: until?.remaining)
        } catch {
            return error == .interrupted
        }
        guard ready || isPending || sending.isPauseExpired || receiving.isPauseExpired else { return false }
        let hadEnded = receiving.sourceEnded
        if entries[2].isReadable || entries[3].isWritable || isPending || receiving.isPauseExpired { run(receiving) }
        if entries[0].isReadable || entries[1].isWritable || sending.isPauseExpired { run(sending) }
        noteReset(hadEnded: hadEnded)
        return true
    }

    private func run(_ channel: Channel) {
        channel.run()
        guard channel.sourceEnded && channel.source.wasTruncated && !wasTruncated else { return }
        // Later, a program that gets the end is gone as well.
        wasTruncated = !(rules.passesPeersEnd && channel.sink.descriptor.isHungUp)
    }

    /// - Parameter hadEnded: whether the peer had ended before the latest attempt to send.
    private func noteReset(hadEnded: Bool) {
        if rules.passesPeersEnd || sending.sink.isOfMessages { return }
        if sending.sinkGone {
            // Once one call has failed because of a reset, others fail with EPIPE, and what is received looks like an end.
            if rules.ending.sendsOnly || !hadEnded { wasReset = true }
        } else if receiving.sourceEnded && !hadEnded && !sending.isFinished {
            let hasMore = !sending.isEmpty || sending.waitsFor.sink || sending.source.kind == .file
            // After an end, the socket has a peer still (getpeername(2)).
            if hasMore && sending.sink.isTCP && !sending.sink.descriptor.hasPeer { wasReset = true }
        }
    }

    /// Waits until the peer has received what was sent. Closing the connection earlier, with data unread, would reset
    /// it and lose the rest.
    private func drain(until end: Instant?) {
        let buffer = Buffer(capacity: 1 << 16)
        let socket = sending.sink.descriptor
        guard sending.sink.isTCP else { return }
        var pause = 1
        while let left = try? socket.unacknowledgedBytes(), left > 0 {
            if let end, end <= Instant.now { return }
            pause = min(pause * 2, 64)
            guard (try? socket.wait(for: .readable, until: Instant.now + Milliseconds(rawValue: pause))) == true else {
                continue
            }
            // Data from the peer is dropped; only end of file matters, and an alert.
            do throws(Errno) {
                guard try sending.sink.read(into: buffer, limit: .max) > 0 else { return }
                buffer.remove(buffer.count)
            } catch {
                // A record that is not complete yet.
                if error == .wouldBlock { continue }
                // Without a limit, all was to arrive.
                if end == nil && error == .connectionReset { wasReset = true }
                return
            }
        }
    }

    /// Whether only pending data remains to be sent.
    private var isFinishing: Bool {
        if receiving.sinkGone { return true }
        guard receiving.isFinished && !rules.ending.sendsOnly else { return false }
        return rules.endsWithPeer || sending.source.descriptor.isTerminal
    }

    /// The time until which input is accepted after the peer has ended.
    private var endOfGap: Instant {
        let mayGoOn = sent > 0 || rules.waitsForAnswer && !receiving.sinkGone
        return Instant.now + Milliseconds(rawValue: mayGoOn ? Relay.longestGap : 0)
    }

    private var isDone: Bool {
        if let limit = receiving.readLimit, receiving.reads >= limit, receiving.isEmpty { return true }
        if outputError != nil || recordError != nil { return true }
        if passesReset { return isBeforeReset }
        if sending.isFinished && (receiving.isFinished || rules.ending.sendsOnly) { return true }
        // The program that gave the input is gone, so nobody is left who would read what the peer may still send.
        if rules.passesPeersEnd && sending.isFinished && sending.source.descriptor.isHungUp { return true }
        // A reset ends both directions.
        return receiving.isFinished && receiving.sourceError == .connectionReset
    }

    /// The longest time that a busy writer may take between two blocks, in milliseconds.
    private static let longestGap = 100

    /// Ends the sending side of each finished direction, as the rules require.
    private func passEndsOn() {
        if passesReset { return }
        if receiving.isFinished && rules.passesPeersEnd && !passedPeersEnd {
            passedPeersEnd = true
            receiving.sink.endSending()
        }
        if receiving.isFinished && rules.closesOutput && !passedPeersEnd {
            passedPeersEnd = true
            // Redirected and not closed, so that no other descriptor takes its number.
            if let null = try? FileDescriptor.open("/dev/null", .writeOnly) {
                try? CurrentProcess.redirect(.standardOutput, to: null)
            }
        }
        guard !passedEnd, sending.isFinished, !rules.ending.ignoresInput else { return }
        passedEnd = true
        if rules.ending.closesAfterInput { sending.sink.endSending() }
        if let stay = rules.ending.staysAfterInput {
            if stay.rawValue > 0 || sending.sink.kind == .datagrams { quitsAt = Instant.now + stay }
        }
    }
}
