// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportNetcat

/// A channel between two ends that a test holds, of any kinds, with everything that can happen at any moment.
@Suite struct ChannelTests {
    /// Ten thousand conversations: nothing is lost, doubled or reordered, however they are cut up and however they end.
    @Test(arguments: 0..<20) func `a channel loses, doubles and reorders nothing`(_ part: Int) throws {
        ignoreBrokenPipes()
        for round in 0..<500 {
            let seed = UInt64(part * 500 + round)
            let trial = try ChannelTrial(seed: seed)
            let fault = try trial.run()
            #expect(fault == nil, "seed \(seed): \(trial.name): \(fault ?? "")")
        }
    }
}

/// A generator of the same numbers for the same seed (splitmix64).
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// One conversation over one channel.
final class ChannelTrial {
    private var random: Random
    private let kinds: (source: EndKind, sink: EndKind)
    private let source: TrialEnd
    private let sink: TrialEnd
    private let payload: [UInt8]
    private let cutsSink: Bool
    private var written = 0
    private var result: [UInt8] = []

    /// The kinds of its ends.
    var name: String { "\(kinds.source) to \(kinds.sink), \(payload.count) bytes" }

    init(seed: UInt64) throws {
        random = Random(seed: seed)
        let all = EndKind.allCases
        let kinds = (all.randomElement(using: &random) ?? .tcp, all.randomElement(using: &random) ?? .tcp)
        self.kinds = kinds
        source = try TrialEnd(kinds.0, isSource: true)
        sink = try TrialEnd(kinds.1, isSource: false)
        let size = Int.random(in: 0...(seed % 50 == 0 ? 2_000_000 : 20_000), using: &random)
        let start = Int.random(in: 0..<1000, using: &random)
        payload = Array(ChannelTrial.pattern[start..<(start + size)])
        cutsSink = kinds.1 != .file && Int.random(in: 0..<5, using: &random) == 0
        if kinds.0 == .file {
            try source.channels.write(ByteString(payload))
            try source.channels.rewind()
        }
    }

    /// Every byte tells where it was, as far as a byte can.
    private static let pattern = (0..<2_001_000).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 >> 8) }

    /// Runs to the end. Gives what went wrong.
    func run() throws -> String? {
        let channel = Channel(
            from: Stream(source.channels.reference),
            to: Stream(sink.channels.reference),
            filters: Bool.random(using: &random) ? [] : [ByteFilter()]
        )
        let cut = Int.random(in: 0...max(payload.count, 1), using: &random)
        var turns = 0
        while !channel.isFinished {
            turns += 1
            if turns > 1_000_000 { return "does not end" }
            if Bool.random(using: &random) { try feed() }
            if Bool.random(using: &random) { channel.run() }
            if Bool.random(using: &random) { try drain() }
            if cutsSink && result.count >= cut { sink.close() }
        }
        if channel.sourceError != nil { return "the source failed" }
        if cutsSink { return payload.starts(with: result) ? nil : "what came is not how it began" }
        if channel.sinkGone { return "the sink failed" }
        if kinds.sink == .file {
            try sink.channels.rewind()
            result = try sink.channels.readToEnd(limit: 1 << 24)
        } else {
            // All of it has been taken by the kernel; the last of it may have to come through loopback still.
            while result.count < payload.count {
                guard let end = sink.borrowed, try end.wait(for: .readable, until: .now + .seconds(5)) else { break }
                guard try drain() else { break }
            }
        }
        return result == payload ? nil : "\(result.count) bytes came"
    }

    /// Writes a piece, or ends.
    private func feed() throws {
        guard let tests = source.borrowed else { return }
        if written == payload.count {
            source.close()
            return
        }
        let piece = payload[written...].prefix(Int.random(in: 1...100_000, using: &random))
        do throws(Errno) { written += try tests.write(some: piece) } catch { if error != .wouldBlock { throw error } }
    }

    /// Reads a piece. Gives whether there was one.
    @discardableResult private func drain() throws -> Bool {
        guard let tests = sink.borrowed else { return false }
        do throws(Errno) {
            let piece = try tests.read(upTo: Int.random(in: 1...100_000, using: &random))
            result += piece
            return !piece.isEmpty
        } catch {
            if error == .wouldBlock { return false }
            throw error
        }
    }
}
