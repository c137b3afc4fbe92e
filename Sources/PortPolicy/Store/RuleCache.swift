// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    public import Linux
#endif

/// The rules as they were read last, for as long as nothing of them has changed.
///
/// Whether that is so is asked anew each time, by the status of every folder and file that was read or was not there. A
/// file that changed a moment ago is not relied on: it could change again without a trace, in the same tick of the clock.
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
        let before = Stamp(of: store)
        let contents = store.load(onlyFor: port)
        if let before, before.isOlder(than: now - 1) { last = (port, before, contents) }
        return contents
    }
}

/// What the paths of the rules were at a time.
private struct Stamp {
    private struct Entry: Equatable {
        let path: ByteString
        /// Device, inode, change, size, owner and mode; nil if there was nothing.
        let status: [Int64]?

        /// Looks at `path`; nil if that fails otherwise than for want of a file.
        init?(_ path: ByteString) {
            self.path = path
            do throws(Errno) {
                let status = try FileStatus(of: path, followLinks: false)
                self.status = [
                    Int64(bitPattern: status.device), Int64(bitPattern: status.inode), status.changed, status.size,
                    Int64(status.owner.rawValue), Int64(status.mode.rawValue),
                ]
            } catch {
                if error != .noSuchFile { return nil }
                status = nil
            }
        }
    }

    private var entries: [Entry] = []

    /// Looks at everything that `store` reads; nil if some of it cannot be looked at.
    init?(of store: RuleStore) {
        for path in store.paths {
            guard let entry = Entry(path) else { return nil }
            entries.append(entry)
        }
    }

    var isStillTrue: Bool { entries.allSatisfy { Entry($0.path) == $0 } }

    /// Whether all of it was as it is before `time`, in seconds.
    func isOlder(than time: Int64) -> Bool {
        entries.allSatisfy { entry in entry.status.map { $0[2] / 1_000_000_000 < time } ?? true }
    }
}

extension RuleStore {
    /// Every folder and file that `load` reads, or would if it were there.
    fileprivate var paths: [ByteString] {
        let base: ByteString = root == "/" ? "" : root
        let extra = base + Self.extraPath
        var paths = [root, base + "/etc", base + "/etc/lowport", base + Self.mainPath, extra]
        if let folder = try? FileDescriptor.open(extra, [.readOnly, .directory, .noFollow]),
            let names = try? folder.names()
        {
            for name in names where name.hasSuffix(".rules") { paths.append("\(extra)/\(name)") }
        }
        return paths
    }
}
