// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Moves the bytes of a channel: within the kernel where possible, otherwise by read and write.
///
/// | from, to | way |
/// |---|---|
/// | socket to pipe | splice(2) |
/// | socket to file, socket to socket | splice(2) into a private pipe and out of it |
/// | TCP to /dev/null | discarded in the kernel |
/// | everything else | read and write |
///
/// The kernel would move a file or a pipe to a socket as well, page after page: that takes longer than to copy large blocks.
struct KernelCopy: ~Copyable {
    /// The result of one step.
    enum Outcome {
        /// So many bytes moved from the source to the sink or to the private pipe.
        case moved(Int)
        /// Nothing can be moved until the source, or the sink, is ready.
        case wait(forSink: Bool)
        case sourceEnded(Errno?)
        case sinkGone(Errno)
        /// The bytes must be read and written.
        case copy
    }

    private enum Way { case copy, splice, stage, discard }

    private var way: Way
    private var pipe: Pipe?
    /// How many bytes are in the private pipe.
    private(set) var staged = 0
    private var total = 0
    private var triedSink = false
    private var isLarge = false

    /// Creates a copier that leaves all bytes to read and write.
    init() { way = .copy }

    /// Chooses the way from `source` to `sink`.
    init(from source: Stream, to sink: Stream) {
        switch (source.kind, sink.kind) {
        case (.socket, .null) where source.isTCP: way = .discard
        case (.socket, .pipe): way = .splice
        case (.socket, .file), (.socket, .socket):
            way = .stage
        default: way = .copy
        }
    }

    private static var pipeSize: Int { 1 << 20 }

    /// Moves once.
    mutating func step(from source: Stream, to sink: Stream, ended: Bool) -> Outcome {
        switch way {
        case .copy: .copy
        case .splice: splice(source, sink)
        case .stage: staged > 0 ? unstage(source, sink) : ended ? .wait(forSink: false) : stage(source)
        case .discard: discard(source)
        }
    }

    private mutating func splice(_ source: Stream, _ sink: Stream) -> Outcome {
        do throws(Errno) {
            let count = try source.descriptor.splice(to: sink.descriptor, limit: KernelCopy.pipeSize)
            triedSink = false
            if count == 0 { return source.isAtUrgentData ? .copy : .sourceEnded(nil) }
            total += count
            if total > 1 << 16 && !isLarge {
                // For short connections, the default size is enough. Above the limit of an unprivileged user, it stays.
                isLarge = true
                try? sink.descriptor.enlargePipe(to: KernelCopy.pipeSize)
            }
            return .moved(count)
        } catch {
            switch error {
            case .wouldBlock:
                // The call does not report whether source or sink is not ready: wait for each in turn.
                triedSink.toggle()
                if !triedSink && source.isAtUrgentData { return .copy }
                return .wait(forSink: triedSink)
            case .brokenPipe: return .sinkGone(error)
            case .connectionReset where source.kind == .socket: return .sourceEnded(error)
            case .invalidArgument, .noSystemCall:
                way = .copy
                return .copy
            default: return source.kind == .socket ? .sourceEnded(error) : .sinkGone(error)
            }
        }
    }

    private mutating func stage(_ source: Stream) -> Outcome {
        do throws(Errno) {
            if pipe == nil {
                pipe = try Pipe()
            } else if total > 1 << 16 && !isLarge {
                // As in `splice`.
                isLarge = true
                pipe.enlarge(to: KernelCopy.pipeSize)
            }
            guard let count = try pipe.splice(from: source) else { return .copy }
            if count == 0 { return source.isAtUrgentData ? .copy : .sourceEnded(nil) }
            staged += count
            total += count
            return .moved(count)
        } catch {
            if error == .wouldBlock { return source.isAtUrgentData ? .copy : .wait(forSink: false) }
            if error == .invalidArgument || error == .noSystemCall || pipe == nil {
                way = .copy
                return .copy
            }
            return .sourceEnded(error)
        }
    }

    private mutating func unstage(_ source: Stream, _ sink: Stream) -> Outcome {
        do throws(Errno) {
            guard let count = try pipe.splice(to: sink, limit: staged) else { return .copy }
            staged -= count
            return .moved(0)
        } catch {
            switch error {
            case .wouldBlock: return .wait(forSink: true)
            case .invalidArgument:
                // A file that was opened for appending; the bytes already in the pipe are read from it.
                way = .copy
                return .copy
            default: return .sinkGone(error)
            }
        }
    }

    /// Reads from the private pipe, for a sink that turned out not to support splice(2).
    mutating func unstage(into buffer: Buffer) throws(Errno) -> Int {
        guard let count = try pipe.read(into: buffer) else { return 0 }
        staged -= count
        return count
    }

    private func discard(_ source: Stream) -> Outcome {
        do throws(Errno) {
            let count = try source.descriptor.discard(limit: 1 << 20)
            return count == 0 ? .sourceEnded(nil) : .moved(count)
        } catch {
            return error == .wouldBlock ? .wait(forSink: false) : .sourceEnded(error)
        }
    }
}

extension Stream {
    /// Whether there is more, which splice(2) has not found: it stops at urgent data, over which a read steps (tcp(7)).
    fileprivate var isAtUrgentData: Bool { isTCP && descriptor.hasReceived }
}

extension Pipe? {
    fileprivate borrowing func enlarge(to size: Int) {
        switch self {
        case .some(let pipe): try? pipe.input.enlargePipe(to: size)
        case .none: break
        }
    }

    fileprivate borrowing func splice(from source: Stream) throws(Errno) -> Int? {
        switch self {
        case .some(let pipe): try source.descriptor.splice(to: pipe.input, limit: 1 << 20)
        case .none: nil
        }
    }

    fileprivate borrowing func splice(to sink: Stream, limit: Int) throws(Errno) -> Int? {
        switch self {
        case .some(let pipe): try pipe.output.splice(to: sink.descriptor, limit: limit)
        case .none: nil
        }
    }

    fileprivate borrowing func read(into buffer: Buffer) throws(Errno) -> Int? {
        switch self {
        case .some(let pipe): try pipe.output.read(into: buffer)
        case .none: nil
        }
    }
}
