// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// One direction of a relay: moves bytes from a source to a sink, in order, and never waits.
///
/// At any moment it needs its source or its sink to be ready, never both. It holds at most one buffer or one pipe of
/// data, so a slow sink holds the source back.
final class Channel {
    /// Where bytes come from.
    let source: Stream
    /// Where the bytes go.
    let sink: Stream
    /// The filters that the bytes pass through; without filters, the kernel can move the bytes.
    let filters: [ByteFilter]

    /// Whether the source has ended.
    private(set) var sourceEnded = false
    /// Whether the sink accepts nothing more.
    var sinkGone: Bool { sinkError != nil }
    /// Why the sink accepts nothing more.
    private(set) var sinkError: Errno?
    /// Why the source ended, if not by end of file.
    private(set) var sourceError: Errno?
    /// Why a filter could not record the bytes, which ends the channel.
    private(set) var recordError: NetcatError?
    /// How many bytes the source gave.
    private(set) var received = 0
    /// How often bytes moved into or out of the channel.
    private(set) var movements = 0
    /// How many reads returned data: for a datagram socket, the number of datagrams.
    private(set) var reads = 0

    /// After how many reads the source counts as ended; nil means never.
    var readLimit: Int?

    private var kernelCopy: KernelCopy
    /// Allocated on first use, since most connections need none; a filter may turn one byte into two.
    private lazy var buffer = Buffer(capacity: blockSize * (filters.isEmpty ? 1 : 2))
    private var holdsBytes = false
    private var isPipeLarge = false
    private var waitsForSink = false
    /// Until when nothing is moved, because of `-i`.
    private(set) var pausedUntil: Instant?
    private let lineInterval: Milliseconds?
    private let byteLimit: Int?
    private var lineLeft = 0

    /// Creates a channel.
    /// - Parameters:
    ///   - source: where bytes come from.
    ///   - sink: where the bytes go.
    ///   - filters: the filters that the bytes pass through.
    ///   - lineInterval: how long to wait after each line.
    ///   - byteLimit: after how many bytes the source counts as ended; nil means never.
    init(
        from source: Stream,
        to sink: Stream,
        filters: [ByteFilter] = [],
        lineInterval: Milliseconds? = nil,
        byteLimit: Int? = nil
    ) {
        self.source = source
        self.sink = sink
        self.filters = filters
        self.lineInterval = lineInterval
        self.byteLimit = byteLimit
        // Nothing ever comes from /dev/null.
        if byteLimit == 0 || source.kind == .null { sourceEnded = true }
        kernelCopy =
            filters.isEmpty && lineInterval == nil && byteLimit == nil
            ? KernelCopy(from: source, to: sink) : KernelCopy()
    }

    /// How much is read at a time: enough that calls are rare, little enough that the bytes stay in the cache between read
    /// and write. A socket takes larger blocks at a time.
    private var blockSize: Int {
        sink.kind == .socket && (source.kind == .file || source.kind == .pipe) ? 512 << 10 : 128 << 10
    }

    /// Whether the channel holds no bytes.
    var isEmpty: Bool { !holdsBytes && kernelCopy.staged == 0 }

    /// Whether nothing will move any more.
    var isFinished: Bool { sinkGone || recordError != nil || sourceEnded && isEmpty && pausedUntil == nil }

    /// The end that must be ready before `run` can move bytes.
    var waitsFor: (source: Bool, sink: Bool) {
        if isFinished || pausedUntil != nil { return (false, false) }
        // What comes before there is anybody to send it to stays where it is.
        return waitsForSink ? (false, true) : (sink.hasReceiver, false)
    }

    /// Whether the source has decrypted bytes, which poll(2) does not see.
    var hasPending: Bool { waitsFor.source && source.hasPending }

    /// Whether a pause has ended.
    var isPauseExpired: Bool { pausedUntil.map { $0 <= Instant.now } ?? false }

    /// Takes nothing more from the source; bytes that were read are still written.
    func endSource() { sourceEnded = true }

    /// Moves what can be moved without waiting. Called when the source or sink in `waitsFor` is ready.
    func run() {
        pausedUntil = nil
        // A bounded number of turns, so that the other direction can run as well.
        for _ in 0..<8 {
            let progress = moveOnce()
            if isFinished || progress != .more { return }
        }
    }

    /// The result of one turn.
    private enum Progress { case more, wait }

    private func moveOnce() -> Progress {
        if holdsBytes { return emptyBuffer() }
        if let readLimit, reads >= readLimit { sourceEnded = true }
        if isFinished { return .wait }
        switch kernelCopy.step(from: source, to: sink, ended: sourceEnded) {
        case .moved(let count):
            movements += 1
            received += count
            if count > 0 { reads += 1 }
            waitsForSink = false
            return .more
        case .wait(let forSink):
            waitsForSink = forSink
            return .wait
        case .sourceEnded(let error):
            endSource(error)
            return .more
        case .sinkGone(let error):
            sinkError = error
            return .wait
        case .copy: return sourceEnded && kernelCopy.staged == 0 ? .wait : fillBuffer()
        }
    }

    /// Reads once and writes what was read.
    private func fillBuffer() -> Progress {
        do throws(Errno) {
            let count: Int
            if kernelCopy.staged > 0 {
                count = try kernelCopy.unstage(into: buffer)
            } else {
                let maximum = sink.isOfMessages ? 16384 : blockSize
                count = try source.read(into: buffer, limit: byteLimit.map { min(maximum, $0 - received) } ?? maximum)
                if count == 0 {
                    // An empty datagram is not end of file.
                    if source.kind == .datagrams { return .more }
                    endSource(nil)
                    return .wait
                }
                movements += 1
                received += count
                reads += 1
                if received == byteLimit { sourceEnded = true }
                if source.kind == .pipe { enlargePipe() }
            }
            guard filter() else { return .wait }
            holdsBytes = !buffer.isEmpty
            let isFull = count == blockSize || source.kind != .socket
            let progress = holdsBytes ? emptyBuffer() : .more
            if progress == .wait || isFull && source.readsWithoutWaiting { return progress }
            return kernelCopy.staged > 0 ? .more : .wait
        } catch {
            if error == .wouldBlock { waitsForSink = false } else { endSource(error) }
            return .wait
        }
    }

    /// For short transfers, the default size is enough. Above the limit of an unprivileged user, it stays.
    private func enlargePipe() {
        if isPipeLarge || received <= 1 << 16 { return }
        isPipeLarge = true
        try? source.descriptor.enlargePipe(to: blockSize)
    }

    private func emptyBuffer() -> Progress {
        do throws(Errno) {
            while !buffer.isEmpty {
                let pauses = try writeLine()
                movements += 1
                holdsBytes = !buffer.isEmpty
                if pauses { return .wait }
            }
            waitsForSink = false
            return source.readsWithoutWaiting ? .more : .wait
        } catch {
            if error == .wouldBlock { waitsForSink = true } else { sinkError = error }
            return .wait
        }
    }

    /// Writes the buffer, or one line of it if there is a line interval. Returns whether a pause begins.
    private func writeLine() throws(Errno) -> Bool {
        guard let lineInterval else {
            _ = try sink.write(from: buffer, limit: .max)
            return false
        }
        if lineLeft == 0 { lineLeft = buffer.lineLength }
        lineLeft -= try sink.write(from: buffer, limit: lineLeft)
        if lineLeft == 0 { pausedUntil = Instant.now + lineInterval }
        return lineLeft == 0
    }

    /// Applies the filters to the buffer. Returns false if one of them fails.
    private func filter() -> Bool {
        if filters.isEmpty { return true }
        do throws(NetcatError) {
            buffer.replace(with: try Filters.apply(filters, to: buffer.bytes))
            return true
        } catch {
            recordError = error
            return false
        }
    }

    private func endSource(_ error: Errno?) {
        sourceEnded = true
        sourceError = error
    }
}
