// SPDX-License-Identifier: Apache-2.0
public import Linux

/// A walk over files that tells which have capabilities.
///
///     var walk = FileCapabilityWalk(WalkOptions())
///     walk.run("/usr") { finding in ... }
///
/// Directories are read on several threads, and told in the order in which one thread would come to them: a directory
/// before what is in it, and its entries in the directory's own order. Symbolic links are not followed. However large the
/// tree, the walk holds about as much of it as one path is long.
public struct FileCapabilityWalk: ~Copyable {
    private let options: WalkOptions
    private let access: EntryAccess
    private let helperCount: Int
    private let budget: DescriptorBudget
    private let queue = Guarded(WalkQueue())
    private var reader: DirectoryReader
    private var helpers = ThreadGroup()

    /// After how many directories other threads are started: small trees are read before a thread is.
    private static var directoriesBeforeThreads: Int { 24 }

    /// Creates a walk, which may be run for one operand after the other.
    public init(_ options: WalkOptions) {
        self.init(options, canReadThroughDescriptors: DirectoryEntries.canReadAttributes)
    }

    /// - Parameters:
    ///   - canReadThroughDescriptors: whether there is getxattrat(2).
    ///   - budget: how many directories may be held open.
    init(
        _ options: WalkOptions,
        canReadThroughDescriptors: Bool,
        budget: DescriptorBudget = .ofThisProcess
    ) {
        self.options = options
        self.budget = budget
        let count = max(options.threads ?? min(ThreadGroup.availableProcessors, 8), 1)
        // The caller's thread keeps its working directory, and reads only if it need not change that.
        access = canReadThroughDescriptors ? .descriptor : .workingDirectory
        helperCount = canReadThroughDescriptors ? count - 1 : count
        reader = DirectoryReader(options, access: canReadThroughDescriptors ? .descriptor : .magicPath, budget: budget)
    }

    deinit { queue.withLock { $0.isClosed = true } }

    /// Walks through `path` and everything below it, and calls `tell` in order on the calling thread.
    /// - Parameters:
    ///   - path: where to begin.
    ///   - onProgress: is called now and then, also where there is nothing to report, with how many entries were looked at.
    ///   - report: is called with everything that is found.
    public mutating func run(
        _ path: ByteString,
        onProgress: (Int) -> Void = { _ in },
        _ report: (WalkFinding) -> Void
    ) {
        let path = path.withoutTrailingSlashes
        do {
            switch try FileStatus(of: path, followLinks: false).kind {
            case .directory: walk(path, onProgress, report)
            case .symbolicLink: if options.tellsEverything { report(WalkFinding(.notFile, at: path)) }
            default: if let finding = Self.look(at: path, options) { report(finding) }
            }
        } catch {
            report(WalkFinding(.unreachable(error), at: path))
        }
    }

    /// What is to be told of the file at `path`, which is no directory and no symbolic link.
    static func look(at path: ByteString, _ options: WalkOptions) -> WalkFinding? {
        do {
            if let found = try FileCapabilities(ofFile: path, followLinks: false) {
                return WalkFinding(.capabilities(found), at: path)
            }
            return options.tellsEverything ? WalkFinding(.none, at: path) : nil
        } catch {
            return WalkFinding(.unreadable(error), at: path)
        }
    }

    private mutating func walk(_ path: ByteString, _ onProgress: (Int) -> Void, _ report: (WalkFinding) -> Void) {
        do {
            let directory = try OpenDirectory(operand: path, budget: budget)
            if options.tellsEverything { report(WalkFinding(.notFile, at: path)) }
            let device = try directory.withDescriptor { directory throws(Errno) in try directory.status().device }
            queue.withLock { $0.begin(.entries(directory, from: .start, device: device)) }
        } catch {
            return report(WalkFinding(.closedDirectory(error), at: path))
        }
        if access == .workingDirectory { startHelpers() }
        let mayRead = access == .descriptor || helpers.isEmpty
        var directories = 0
        while true {
            let (turn, count) = queue.wait { queue in queue.nextTurn(mayRead: mayRead).map { ($0, queue.entryCount) } }
            onProgress(count)
            switch turn {
            case .finished: return
            case .report(let findings):
                for finding in findings { report(finding) }
                queue.withLock { $0.told(findings.count) }
            case .read(let task, let place):
                let result = reader.read(task)
                queue.withLock { $0.finish(place, with: result) }
                directories += 1
                if directories == Self.directoriesBeforeThreads { startHelpers() }
            }
        }
    }

    /// Starts the threads that read beside the caller's, if they do not run yet. The walk works without any.
    private mutating func startHelpers() {
        guard helpers.isEmpty else { return }
        for _ in 0..<helperCount {
            let (queue, options, access, budget) = (queue, options, access, budget)
            try? helpers.start { Self.help(queue, options, access, budget) }
        }
    }

    private static func help(
        _ queue: Guarded<WalkQueue>,
        _ options: WalkOptions,
        _ access: EntryAccess,
        _ budget: DescriptorBudget
    ) {
        let isSeparate = access != .workingDirectory || (try? separateWorkingDirectory()) != nil
        var reader = DirectoryReader(options, access: isSeparate ? access : .magicPath, budget: budget)
        while case .read(let task, let place) = queue.wait(until: { $0.nextHelp() }) {
            let result = reader.read(task)
            queue.withLock { $0.finish(place, with: result) }
        }
    }
}

extension ByteString {
    /// The path without slashes at its end; a path of slashes alone is `/`.
    var withoutTrailingSlashes: ByteString {
        var path = bytes[...]
        while path.count > 1 && path.last == UInt8(ascii: "/") { path.removeLast() }
        return ByteString(path)
    }
}
