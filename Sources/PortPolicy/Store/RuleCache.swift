// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The rules as they were read last, for as long as nothing of them has changed.
///
/// Whether that is so is asked anew each time, by the status of every directory and file that was read. What was not there
/// has not come while its directory is as it was; should a file system not tell, what is missed is a grant and never the end
/// of one. A file that changed a moment ago is not relied on: it could change again without a trace, in the same tick of
/// the clock.
public struct RuleCache {
    private let store: RuleStore
    private var last: (port: Port, stamp: Stamp, contents: RuleStore.Contents)?

    /// Creates a cache that holds nothing yet.
    public init(of store: RuleStore) { self.store = store }

    /// The rules that concern `port`.
    /// - Parameter now: the time of day, in seconds.
    public mutating func contents(for port: Port, now: Int64) -> RuleStore.Contents {
        if let last, last.port == port, last.stamp.isStillTrue { return last.contents }
        last = nil
        var before = Stamp(of: store)
        let contents = store.load(onlyFor: port)
        if !contents.hasFiles { before?.forgetWhatHasNoSay() }
        if let before, before.isOlder(than: now - 1) { last = (port, before, contents) }
        return contents
    }
}

/// What the paths of the rules were at a time.
private struct Stamp {
    private struct Entry: Equatable {
        let path: ByteString
        let device: UInt64
        let inode: UInt64
        let changed: Int64
        let size: Int64
        let owner: UserID
        let mode: FileMode

        /// Looks at `path`. Throws ENOENT if there is nothing.
        init(_ path: ByteString) throws(Errno) {
            let status = try FileStatus(of: path, followLinks: false)
            self.path = path
            (device, inode, changed) = (status.device, status.inode, status.changed)
            (size, owner, mode) = (status.size, status.owner, status.mode)
        }

        var isStillTrue: Bool { (try? Entry(path)) == self }
    }

    private var entries: [Entry] = []
    /// Whether a directory on the way to the rules was missing.
    private var endsBeforeRules = false

    /// Looks at everything that `store` reads and that is there; nil if some of it cannot be looked at.
    init?(of store: RuleStore) {
        do throws(Errno) {
            for path in store.directoryPaths { entries.append(try Entry(path)) }
        } catch {
            // What is not there has nothing in it.
            if error != .noSuchFile || entries.isEmpty { return nil }
            endsBeforeRules = true
            return
        }
        for path in store.filePaths {
            do throws(Errno) { entries.append(try Entry(path)) } catch {
                if error != .noSuchFile { return nil }
            }
        }
    }

    /// Forgets all directories but the one in which the next was missing: without rules, who owns those above is nothing.
    mutating func forgetWhatHasNoSay() {
        if endsBeforeRules { entries.removeFirst(entries.count - 1) }
    }

    var isStillTrue: Bool { entries.allSatisfy { $0.isStillTrue } }

    /// Whether all of it was as it is before `time`, in seconds.
    func isOlder(than time: Int64) -> Bool { entries.allSatisfy { $0.changed / 1_000_000_000 < time } }
}

extension RuleStore {
    private var base: ByteString { root == "/" ? "" : root }

    /// The directories that lead to the rules, from the root on.
    fileprivate var directoryPaths: [ByteString] { [root, base + "/etc", base + "/etc/lowport"] }

    /// Every file that `load` reads, or would if it were there, and the directory of further ones.
    fileprivate var filePaths: [ByteString] {
        let extra = base + Self.extraPath
        var paths = [base + Self.mainPath, extra]
        if let directory = try? FileDescriptor.open(extra, [.readOnly, .directory, .noFollow]),
            let names = try? directory.names()
        {
            for name in names where name.hasSuffix(".rules") { paths.append("\(extra)/\(name)") }
        }
        return paths
    }
}
