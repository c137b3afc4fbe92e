// SPDX-License-Identifier: Apache-2.0
public import Linux
public import PortPolicy

/// The rules as they were on the disk at one moment, at which nobody was in the middle of writing them.
public struct RulesSnapshot: Sendable {
    /// What was read.
    public let contents: RuleStore.Contents
    /// What was still being written when the patience ended: the contents are not to be relied on.
    public let unsettled: [ByteString]
}

extension RuleStore {
    /// Reads the rules once nobody is changing them.
    ///
    /// That is so if no file is open for writing, as far as the file system tells (fcntl(2), `F_SETLEASE`), if nothing has changed
    /// in the last moments, since an editor takes a file away before it puts another in its place, and if everything is as
    /// it was before when it has been read. A moment is a quarter of a second, or a whole one where nobody tells of writers.
    /// - Parameters:
    ///   - isHeld: whether the caller holds the rules and has just changed `mainPath` itself, so that this says nothing.
    ///   - patience: how long is waited at most.
    ///   - moment: how long a moment is; nil for as long as said above.
    public func settled(
        isHeld: Bool = false,
        patience: Milliseconds = .seconds(5),
        moment: Milliseconds? = nil
    ) -> RulesSnapshot {
        let end = Instant.now + patience
        var before = RulesStamp(of: self, isHeld: isHeld)
        var since = Instant.now
        while true {
            let contents = load()
            let after = RulesStamp(of: self, isHeld: isHeld)
            let changed = after.changes(since: before)
            if !changed.isEmpty { (before, since) = (after, .now) }
            let moving = changed.isEmpty ? after.moving(unchangedFor: since.elapsed, moment) : changed
            if moving.isEmpty { return RulesSnapshot(contents: contents, unsettled: []) }
            if end.remaining == Milliseconds(rawValue: 0) {
                return RulesSnapshot(contents: contents, unsettled: moving)
            }
            pause(for: min(end.remaining, Milliseconds(rawValue: 20)))
        }
    }
}

/// What the directories and files of the rules are at a time.
private struct RulesStamp {
    /// What is asked of a path.
    private enum Interest {
        /// Whose it is. Other things than rules lie in the directories above.
        case owner
        /// Whether it changes.
        case change
        /// The same, and when it changed last.
        case quiet
    }

    private struct Entry: Equatable {
        let path: ByteString
        /// What it is; nil if nobody could tell, for the error.
        let status: Status?
        let error: Errno?
        /// Whether it has a writer; nil if nobody could tell.
        let hasWriter: Bool?
        let interest: Interest
    }

    private struct Status: Equatable {
        let device: UInt64
        let inode: UInt64
        let owner: UserID
        let mode: FileMode
        let size: Int64
        let changed: Int64
    }

    private var entries: [Entry] = []

    init(of store: RuleStore, isHeld: Bool) {
        let base = store.root == "/" ? "" : store.root
        let extra = base + RuleStore.extraPath
        let own: Interest = isHeld ? .change : .quiet
        add(base + "/etc", .owner)
        add(base + "/etc/lowport", own)
        add(extra, .quiet)
        addFile(base + RuleStore.mainPath, own)
        guard let directory = try? FileDescriptor.open(extra, [.readOnly, .directory, .noFollow]),
            var names = try? directory.names()
        else { return }
        names.sort()
        for name in names where name.hasSuffix(".rules") && !name.hasPrefix(".") {
            addFile("\(extra)/\(name)", .quiet)
        }
    }

    private mutating func add(_ path: ByteString, hasWriter: Bool? = false, _ interest: Interest) {
        do throws(Errno) {
            let status = try FileStatus(of: path, followLinks: false)
            let known = Status(
                device: status.device,
                inode: status.inode,
                owner: status.owner,
                mode: status.mode,
                size: interest == .owner ? 0 : status.size,
                changed: interest == .owner ? 0 : status.changed
            )
            entries.append(Entry(path: path, status: known, error: nil, hasWriter: hasWriter, interest: interest))
        } catch {
            entries.append(Entry(path: path, status: nil, error: error, hasWriter: false, interest: interest))
        }
    }

    private mutating func addFile(_ path: ByteString, _ interest: Interest) {
        // Without waiting for the other end of a FIFO. What cannot be opened is refused, whoever writes to it.
        guard let file = try? FileDescriptor.open(path, [.readOnly, .noFollow, .nonBlocking]),
            (try? file.status().kind) == .regular
        else { return add(path, interest) }
        let hasWriter: Bool?
        do throws(Errno) { hasWriter = try file.hasWriter() } catch { hasWriter = nil }
        add(path, hasWriter: hasWriter, interest)
    }

    /// What is not as it was at `earlier`.
    func changes(since earlier: RulesStamp) -> [ByteString] {
        let (old, new) = (earlier.entries, entries)
        let changed = new.filter { !old.contains($0) }.map(\.path)
        let gone = old.map(\.path).filter { path in !new.contains { $0.path == path } }
        return changed + gone
    }

    /// What is being written, or was a moment ago; all of it is known to be unchanged for `span`.
    func moving(unchangedFor span: Milliseconds, _ moment: Milliseconds?) -> [ByteString] {
        let quiet = moment ?? Milliseconds(rawValue: entries.contains { $0.hasWriter == nil } ? 1000 : 250)
        let now = WallClock.nanoseconds
        return entries.filter { entry in
            if entry.hasWriter == true { return true }
            guard entry.interest == .quiet, span < quiet, let changed = entry.status?.changed else { return false }
            // A time that is yet to come is of a clock that was set back.
            return changed > now - Int64(quiet.rawValue) * 1_000_000
        }.map(\.path)
    }
}
