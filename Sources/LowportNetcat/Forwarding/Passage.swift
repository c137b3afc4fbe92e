// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// One direction of a flow: moves bytes from a source to a sink, in order, and never waits.
///
/// Small messages are read into a buffer that all flows share and written at once; once a source keeps filling that
/// buffer, the kernel moves its bytes through a pipe. A passage has memory or a pipe of its own only as long as the sink
/// has not accepted what the source gave.
struct Passage: ~Copyable {
    /// What one run came to.
    enum Outcome {
        /// Nothing more can be moved until the source has something.
        case waitsForSource
        /// The sink is full.
        case waitsForSink
        /// There is more to move; others shall have their turn first.
        case hasMore
        /// All of the source has reached the sink.
        case ended
        case sourceFailed
        case sinkFailed
    }

    /// Whether the source may have something: data, its end or an error.
    private var isReadable = false
    /// Whether a read that gives less than asked for need not be the last one (`ReadyEvents.needReadUntilEmpty`).
    private var untilEmpty = false
    /// Whether all that the source will ever send has arrived, so that a read that gives less than asked for has taken it all.
    private var hasAll = false
    /// Whether all that the source will ever send was taken.
    private var hasTakenAll = false
    /// Whether nothing more will be moved.
    private(set) var isDone = false
    /// Whether anything was taken from the source.
    private(set) var hasTaken = false

    private var pending: Buffer?
    private var pipe: Pipe?
    private var staged = 0
    /// How much the latest reads speak for bulk: some small blocks among many large ones do not speak against it.
    private var bulk: UInt8 = 0

    /// How many reads one run makes at most, so that the other flows have their turn.
    private static var turns: Int { 8 }
    /// From which number on the kernel moves the bytes, one for each read in a row that filled the buffer, and the highest.
    private static var bulkLevels: (first: UInt8, last: UInt8) { (2, 8) }
    private static var smallBlock: Int { 16 << 10 }
    /// How much is taken from a client before there is a server.
    private static var firstBytes: Int { 16 << 10 }

    /// Whether bytes were taken from the source that the sink has not accepted.
    var holdsBytes: Bool { pending != nil || staged > 0 }

    /// Notes that the source has something.
    /// - Parameters:
    ///   - untilEmpty: whether a read that gives less than asked for need not be the last one.
    ///   - hasAll: whether its end follows what has arrived, and nothing else.
    mutating func noteReadable(untilEmpty: Bool, hasAll: Bool = false) {
        isReadable = true
        if untilEmpty { self.untilEmpty = true }
        self.hasAll = hasAll
    }

    /// Takes `bytes` over, to be moved before everything else.
    mutating func keep(_ bytes: Buffer) {
        if bytes.isEmpty { return }
        let copy = Buffer(capacity: bytes.count)
        copy.replace(with: bytes.bytes)
        pending = copy
        bytes.remove(bytes.count)
    }

    /// Reads what the source has sent by now into the shared buffer, behind what is there.
    /// - Returns: the number of bytes.
    mutating func takeFirst(from source: InheritedDescriptor, _ tools: ForwardTools) throws(Errno) -> Int {
        do throws(Errno) {
            let count = try source.receive(into: tools.buffer, limit: Passage.firstBytes)
            hasTaken = count > 0
            // Maybe more has come, and an end was seen that will be seen again.
            if count == 0 || count == Passage.firstBytes { noteReadable(untilEmpty: count == 0) }
            return count
        } catch {
            if error != .wouldBlock { throw error }
            return 0
        }
    }

    /// Sends the first bytes, which are kept or in the shared buffer, if there are any and the sink is connected.
    /// - Returns: whether the sink has accepted some.
    mutating func sendFirst(to sink: InheritedDescriptor, _ tools: ForwardTools) throws(Errno) -> Bool {
        let bytes = pending ?? tools.buffer
        if bytes.isEmpty { return false }
        do throws(Errno) {
            _ = try sink.send(from: bytes)
        } catch {
            if error == .wouldBlock { return false }
            throw error
        }
        if bytes.isEmpty { pending = nil } else { keep(tools.buffer) }
        return true
    }

    /// Moves nothing more.
    mutating func end() {
        isDone = true
        pending = nil
        pipe = nil
        staged = 0
    }

    /// Moves what can be moved without waiting.
    /// - Parameters:
    ///   - joinsEnd: whether the sink is told at once that the source has ended, so that it can go with the last block.
    ///   - received: is increased by the number of bytes that the source gave.
    mutating func run(
        from source: InheritedDescriptor,
        to sink: InheritedDescriptor,
        joinsEnd: Bool,
        _ tools: ForwardTools,
        received: inout Int
    ) -> Outcome {
        for _ in 0..<Passage.turns {
            do throws(Errno) {
                try deliver(to: sink)
            } catch {
                return error == .wouldBlock ? .waitsForSink : .sinkFailed
            }
            if hasTakenAll { return rest(.ended, tools) }
            guard isReadable else { return rest(.waitsForSource, tools) }
            let count: Int
            do throws(Errno) {
                count = try take(from: source, tools)
            } catch {
                isReadable = false
                return rest(error == .wouldBlock ? .waitsForSource : .sourceFailed, tools)
            }
            if count == 0 { return rest(.ended, tools) }
            received += count
            hasTaken = true
            if staged > 0 { continue }
            do throws(Errno) {
                if try sink.send(from: tools.buffer, thenMore: joinsEnd && hasTakenAll) == count { continue }
            } catch {
                if error != .wouldBlock {
                    tools.buffer.remove(count)
                    return .sinkFailed
                }
            }
            keep(tools.buffer)
            return .waitsForSink
        }
        return isReadable ? .hasMore : rest(.waitsForSource, tools)
    }

    /// Reads into the shared buffer, or moves into the pipe. Throws EAGAIN if the source has nothing now.
    private mutating func take(from source: InheritedDescriptor, _ tools: ForwardTools) throws(Errno) -> Int {
        if bulk >= Passage.bulkLevels.first, let count = try stage(from: source, tools) { return count }
        let count = try source.receive(into: tools.buffer)
        if tools.buffer.room > 0 {
            // A stream that gives less than what was asked for has no more (epoll(7)), but maybe an end.
            if !untilEmpty { isReadable = false }
            hasTakenAll = hasAll
            bulk = 0
        } else {
            bulk = bulk + 1 == Passage.bulkLevels.first ? Passage.bulkLevels.last : bulk + 1
        }
        return count
    }

    /// Moves into the pipe; nil if there is none to be had, or if only a read tells what is next: splice(2) finds nothing at
    /// urgent data (tcp(7)).
    private mutating func stage(from source: InheritedDescriptor, _ tools: ForwardTools) throws(Errno) -> Int? {
        if pipe == nil { pipe = tools.takePipe() }
        switch pipe {
        case .some(let pipe):
            do throws(Errno) {
                staged = try source.splice(to: pipe.input, limit: ForwardTools.pipeSize)
            } catch {
                if error != .wouldBlock { throw error }
            }
            if staged == 0 {
                bulk = 0
                return nil
            }
        case .none:
            bulk = 0
            return nil
        }
        // For small blocks, the pipe takes longer than the buffer.
        bulk = staged < Passage.smallBlock ? bulk - 1 : Passage.bulkLevels.last
        return staged
    }

    /// Moves what is kept. Throws EAGAIN if the sink does not accept all of it.
    private mutating func deliver(to sink: InheritedDescriptor) throws(Errno) {
        while let kept = pending {
            _ = try sink.send(from: kept)
            if kept.isEmpty { pending = nil }
        }
        while staged > 0 {
            switch pipe {
            case .some(let pipe): staged -= try pipe.output.splice(to: sink, limit: staged)
            case .none: staged = 0
            }
        }
    }

    /// Gives the empty pipe back.
    private mutating func rest(_ outcome: Outcome, _ tools: ForwardTools) -> Outcome {
        if staged == 0, let empty = pipe.take() { tools.giveBack(empty) }
        return outcome
    }
}

/// What all flows share.
final class ForwardTools {
    /// The queue of events.
    let events: EventQueue
    /// A buffer that is empty between two runs.
    let buffer = Buffer(capacity: 64 << 10)
    /// Empty pipes.
    private var pipes: [(Int32, Int32)] = []

    /// The capacity of a pipe, where the limit of the user allows it.
    static var pipeSize: Int { 1 << 20 }
    private static var sparePipes: Int { 4 }

    /// Creates an empty queue of events.
    init() throws(Errno) { events = try EventQueue() }

    /// An empty pipe; nil if there are no descriptors left.
    func takePipe() -> Pipe? {
        if let ends = pipes.popLast() { return Pipe(owning: ends) }
        guard let pipe = try? Pipe() else { return nil }
        try? pipe.input.enlargePipe(to: ForwardTools.pipeSize)
        return pipe
    }

    /// Takes an empty pipe back.
    func giveBack(_ pipe: consuming Pipe) {
        if pipes.count < ForwardTools.sparePipes { pipes.append(pipe.release()) }
    }
}
