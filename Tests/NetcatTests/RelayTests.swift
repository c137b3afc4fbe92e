// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux
import TestSupport
import Testing

@testable import LowportNetcat

/// The whole relay between three parties that a test holds: who writes its input, who reads its output, and the peer.
@Suite struct RelayTests {
    /// Ten thousand conversations, both ways at once: whatever arrives is how it began, and where both sides ended in
    /// good order, it is all of it.
    @Test(arguments: 0..<20) func `a relay passes both directions on to their ends`(_ part: Int) throws {
        ignoreBrokenPipes()
        signal(SIGUSR2) { _ in }
        for round in 0..<500 {
            let seed = UInt64(part * 500 + round)
            let trial = try RelayTrial(seed: seed)
            let fault = try trial.run()
            #expect(fault == nil, "seed \(seed): \(trial.name): \(fault ?? "")")
        }
    }
}

/// How the peer ends.
private enum PeerEnd: CaseIterable {
    /// It says that it is done when it has sent everything, and goes on reading.
    case halfCloses
    /// It answers the end of what it receives with its own.
    case follows
    /// It is gone in the midst of it.
    case closes, resets
}

/// What is decided about a conversation before it begins.
private struct RelayPlan {
    let input: EndKind
    let output: EndKind
    let peer: EndKind
    let peerEnd: PeerEnd
    /// Whether the reader of the output leaves in the midst of it.
    let readerLeaves: Bool
    /// Whether silence, or a time behind the end of the input, may end it.
    let isHurried: Bool
    let isFiltered: Bool
    let isInterrupted: Bool
    var rules = RelayRules()

    init(_ random: inout SplitMix) {
        func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
        input = EndKind.allCases.randomElement(using: &random) ?? .pipe
        output = EndKind.allCases.randomElement(using: &random) ?? .pipe
        peer = oneIn(3) ? .unix : .tcp
        peerEnd = PeerEnd.allCases.randomElement(using: &random) ?? .follows
        readerLeaves = output != .file && oneIn(6)
        isHurried = oneIn(8)
        isFiltered = oneIn(3)
        isInterrupted = oneIn(4)
        rules.ending.closesAfterInput = peerEnd == .follows || oneIn(2)
        rules.endsWithPeer = oneIn(3)
        if isHurried {
            let limit = Milliseconds(rawValue: Int.random(in: 1...3, using: &random))
            if oneIn(2) { rules.idleLimit = limit } else { rules.ending.staysAfterInput = limit }
        }
    }

    /// Whether everything that the peer sends has to arrive.
    var outputIsWhole: Bool { (peerEnd == .halfCloses || peerEnd == .follows) && !readerLeaves && !isHurried }

    /// Whether the whole input has to arrive. A listener ends with its client, and sends only what is there by then.
    var inputIsWhole: Bool { outputIsWhole && (peerEnd == .follows || !rules.endsWithPeer) }
}

/// One of the two directions, as the test sees it.
private struct Direction {
    let payload: [UInt8]
    var written = 0
    var arrived: [UInt8] = []
    /// Whether nothing more can arrive.
    var isFinished = false

    /// What is wrong with what arrived.
    func fault(isWhole: Bool) -> String? {
        if isWhole { return arrived == payload ? nil : "\(arrived.count) of \(payload.count) bytes" }
        return payload.starts(with: arrived) ? nil : "what came is not how it began"
    }
}

/// One conversation through one relay, which runs in a thread of its own.
private final class RelayTrial {
    private var random: SplitMix
    private let plan: RelayPlan
    private let input: TrialEnd
    private let output: TrialEnd
    private let peer: TrialEnd
    private var sending: Direction
    private var receiving: Direction
    /// After how many bytes a peer, or a reader, leaves that leaves in the midst of it.
    private let cut: Int
    private let departure: Int

    var name: String { "\(plan)" }

    init(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        plan = RelayPlan(&random)
        input = try TrialEnd(plan.input, isSource: true)
        output = try TrialEnd(plan.output, isSource: false)
        peer = try TrialEnd(plan.peer, isSource: true)
        let maximum = seed % 50 == 0 ? 2_000_000 : 20_000
        sending = Direction(payload: RelayTrial.payload(upTo: maximum, &random))
        receiving = Direction(payload: RelayTrial.payload(upTo: maximum, &random))
        cut = Int.random(in: 0...max(1, receiving.payload.count), using: &random)
        departure = Int.random(in: 0...max(1, receiving.payload.count), using: &random)
        self.random = random
        if plan.input == .file {
            try input.channels.write(ByteString(sending.payload))
            try input.channels.rewind()
        }
    }

    /// Every byte tells where it was, as far as a byte can.
    private static let pattern = (0..<2_100_000).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 >> 8) }

    private static func payload(upTo maximum: Int, _ random: inout SplitMix) -> [UInt8] {
        let start = Int.random(in: 0..<100_000, using: &random)
        return Array(pattern[start..<(start + Int.random(in: 0...maximum, using: &random))])
    }

    /// Runs to the end. Gives what went wrong.
    func run() throws -> String? {
        var threads = ThreadGroup()
        let thread = Guarded<pthread_t?>(nil)
        let isDone = Guarded(false)
        let (plan, input, output) = (plan, input.channels.reference, output.channels.reference)
        let peer = peer.channels.reference
        try threads.start {
            thread.withLock { $0 = pthread_self() }
            let filters = plan.isFiltered ? [ByteFilter()] : []
            Relay(
                sending: Channel(from: Stream(input), to: Stream(peer), filters: filters),
                receiving: Channel(from: Stream(peer), to: Stream(output), filters: filters),
                rules: plan.rules
            ).run(Console(program: "nc"))
            isDone.withLock { $0 = true }
        }
        let end = Instant.now + .seconds(60)
        var isClosed = false
        while !isClosed || !sending.isFinished || !receiving.isFinished {
            if end < .now {
                for side in [self.input, self.output, self.peer] { side.close() }
                return "does not end"
            }
            if !isClosed && isDone.withLock({ $0 }) {
                if plan.output == .file { try readFile() }
                for side in [self.input, self.output, self.peer] { side.closeChannels() }
                isClosed = true
            }
            if plan.isInterrupted, !isClosed, let running = thread.withLock({ $0 }) { pthread_kill(running, SIGUSR2) }
            if try !move() { waitForSomething() }
        }
        return judge()
    }

    private func judge() -> String? {
        if let fault = sending.fault(isWhole: plan.inputIsWhole) { return "to the peer: \(fault)" }
        return receiving.fault(isWhole: plan.outputIsWhole).map { "from the peer: \($0)" }
    }

    private func readFile() throws {
        try output.channels.rewind()
        receiving.arrived = try output.channels.readToEnd(limit: 1 << 24)
        receiving.isFinished = true
    }
}

// What the three parties do meanwhile.
extension RelayTrial {
    /// Lets each party do something, or not. Gives whether anything moved.
    private func move() throws -> Bool {
        var moved = false
        if Bool.random(using: &random) { moved = try write(&sending, to: input) || moved }
        if Bool.random(using: &random) { moved = try write(&receiving, to: peer) || moved }
        if Bool.random(using: &random) { moved = try read(&sending, from: peer) || moved }
        if plan.output != .file && Bool.random(using: &random) { moved = try read(&receiving, from: output) || moved }
        if sending.written == sending.payload.count { input.close() }
        try endPeer()
        if plan.readerLeaves && receiving.arrived.count >= departure {
            output.close()
            receiving.isFinished = true
        }
        return moved
    }

    private func endPeer() throws {
        let hasSentAll = receiving.written == receiving.payload.count
        switch plan.peerEnd {
        case .halfCloses: if hasSentAll { try? peer.borrowed?.shutDown(.sending) }
        case .follows: if hasSentAll && sending.isFinished { peer.close() }
        case .closes: if receiving.written >= cut { peer.close() }
        case .resets: if receiving.written >= cut { try peer.reset() }
        }
        if peer.borrowed == nil { sending.isFinished = true }
    }

    private func write(_ direction: inout Direction, to end: TrialEnd) throws -> Bool {
        let rest = direction.payload[direction.written...]
        guard let tests = end.borrowed, !rest.isEmpty else { return false }
        do throws(Errno) {
            direction.written += try tests.write(some: rest.prefix(Int.random(in: 1...100_000, using: &random)))
            return true
        } catch {
            // The relay may be over already.
            if error == .wouldBlock || error == .brokenPipe || error == .connectionReset { return false }
            throw error
        }
    }

    private func read(_ direction: inout Direction, from end: TrialEnd) throws -> Bool {
        guard let tests = end.borrowed, !direction.isFinished else { return false }
        do throws(Errno) {
            let piece = try tests.read(upTo: Int.random(in: 1...100_000, using: &random))
            direction.arrived += piece
            direction.isFinished = piece.isEmpty
            return true
        } catch {
            if error == .wouldBlock { return false }
            guard error == .connectionReset else { throw error }
            direction.isFinished = true
            return true
        }
    }

    private func waitForSomething() {
        var entries = [
            PollEntry(sending.isFinished ? nil : peer.borrowed, .readable),
            PollEntry(receiving.isFinished ? nil : output.borrowed, .readable),
        ]
        _ = try? poll(&entries, timeout: Milliseconds(rawValue: 1))
    }
}
