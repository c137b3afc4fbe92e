// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A walk over files that reports the files with capabilities.
///
///     var walk = FileCapabilityWalk(WalkOptions())
///     walk.run("/usr") { finding in ... }
///
/// Directories are read on several threads, and reported in the order of a single thread: a directory before its
/// content, and its entries in the order of the directory. Symbolic links are not followed. However large the tree, the
/// walk holds about as much of it in memory as one path is long.
@usableFromInline package struct FileCapabilityWalk: ~Copyable {
    private let options: WalkOptions
    private let access: EntryAccess
    private let helperCount: Int
    private let budget: DescriptorBudget
    private let queue = Guarded(WalkQueue())
    private var reader: DirectoryReader
    private var helpers = ThreadGroup()

    /// The number of directories after which other threads are started: a small tree is read before a thread starts.
    private static var directoriesBeforeThreads: Int { 24 }

    /// Creates a walk, which may be run for several operands one after the other.
    package init(_ options: WalkOptions) {
        self.init(options, canReadThroughDescriptors: DirectoryEntries.canReadAttributes)
    }

    /// - Parameters:
    ///   - canReadThroughDescriptors: whether getxattrat(2) is available.
    ///   - budget: the number of directories that may be held open.
    init(
        _ options: WalkOptions,
        canReadThroughDescriptors: Bool,
        budget: DescriptorBudget = .ofThisProcess
    ) {
        self.options = options
        self.budget = budget
        let count = max(options.threads ?? min(ThreadGroup.availableProcessors, 8), 1)
        // The thread of the caller keeps its working directory, and reads only if it need not change that directory.
        access = canReadThroughDescriptors ? .descriptor : .workingDirectory
        helperCount = canReadThroughDescriptors ? count - 1 : count
        reader = DirectoryReader(options, access: canReadThroughDescriptors ? .descriptor : .magicPath, budget: budget)
    }

    deinit { queue.withLock { $0.isClosed = true } }

    /// Walks through `path` and everything below it, and calls `report` in order on the calling thread.
    /// - Parameters:
    ///   - path: the operand of the walk.
    ///   - onProgress: called from time to time, also without a finding, with the number of entries that were examined.
    ///   - report: called with every finding.
    package mutating func run(
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

    /// The finding for the file at `path`, which is not a directory or a symbolic link; nil if there is nothing to
    /// report.
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

    /// Starts the threads that read besides the thread of the caller, if they are not running. The walk works without
    /// them.
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
    /// The path without trailing slashes; a path that consists only of slashes is `/`.
    var withoutTrailingSlashes: ByteString {
        var path = bytes[...]
        while path.count > 1 && path.last == UInt8(ascii: "/") { path.removeLast() }
        return ByteString(path)
    }
}
