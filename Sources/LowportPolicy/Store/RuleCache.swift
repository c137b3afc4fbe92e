// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The rules as last read, kept until they change.
///
/// Each lookup checks the status of every directory and file that was read. A missing path cannot have appeared while
/// its directory is unchanged; on a file system that does not show such a change, the cache misses a new grant but
/// never the end of one. A file that changed a moment ago is not relied on: within the same clock tick, it could change
/// again unnoticed.
package struct RuleCache {
    private let store: RuleStore
    private var last: (port: Port, stamp: Stamp, contents: RuleStore.Contents)?

    /// Creates a cache that holds nothing yet.
    package init(of store: RuleStore) { self.store = store }

    /// The rules that concern `port`.
    /// - Parameter now: the time of day, in seconds.
    package mutating func contents(for port: Port, now: Int64) -> RuleStore.Contents {
        if let last, last.port == port, last.stamp.isStillTrue { return last.contents }
        last = nil
        var before = Stamp(of: store)
        let contents = store.load(onlyFor: port)
        if !contents.hasFiles { before?.forgetWhatHasNoSay() }
        if let before, before.isOlder(than: now - 1) { last = (port, before, contents) }
        return contents
    }
}

/// The state of the paths of the rules at one time.
private struct Stamp {
    private struct Entry: Equatable {
        let path: ByteString
        let device: UInt64
        let inode: UInt64
        let changed: Int64
        let size: Int64
        let owner: UserID
        let mode: FileMode

        /// Reads the status of `path`. Throws ENOENT if it does not exist.
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

    /// Reads the status of every existing path that `store` reads; nil if one of them cannot be examined.
    init?(of store: RuleStore) {
        do throws(Errno) {
            for path in store.directoryPaths { entries.append(try Entry(path)) }
        } catch {
            // A missing directory has no entries.
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

    /// Forgets all directories except the one in which the next was missing: without rules, the owners of those above
    /// do not matter.
    mutating func forgetWhatHasNoSay() {
        if endsBeforeRules { entries.removeFirst(entries.count - 1) }
    }

    var isStillTrue: Bool { entries.allSatisfy { $0.isStillTrue } }

    /// Whether every path was last changed before `time`, in seconds.
    func isOlder(than time: Int64) -> Bool { entries.allSatisfy { $0.changed / 1_000_000_000 < time } }
}

extension RuleStore {
    private var base: ByteString { root == "/" ? "" : root }

    /// The directories that lead to the rules, starting at the root.
    fileprivate var directoryPaths: [ByteString] { [root, base + "/etc", base + "/etc/lowport"] }

    /// Every file that `load` reads, or would read if it existed, and the directory of additional files.
    fileprivate var filePaths: [ByteString] {
        let extra = base + Self.extraPath
        var paths = [base + Self.mainPath, extra]
        if let directory = try? FileDescriptor.open(extra, [.readOnly, .directory, .noFollow]),
            let names = try? directory.names()
        {
            for name in names where Self.reads(name) { paths.append("\(extra)/\(name)") }
        }
        return paths
    }
}
