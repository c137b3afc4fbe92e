// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy

/// The rules on the disk at a moment at which no process was writing them.
package struct RulesSnapshot: Sendable {
    /// The contents that were read.
    package let contents: RuleStore.Contents
    /// The paths that were still being written when the timeout ended; the contents are then unreliable.
    package let unsettled: [ByteString]
}

extension RuleStore {
    /// Reads the rules once no process is changing them.
    ///
    /// This means that no file is open for writing, as far as the file system can tell (fcntl(2), `F_SETLEASE`); that
    /// nothing has changed in the last moments, because an editor removes a file before it puts another in its place;
    /// and that nothing has changed during the read. A moment is a quarter of a second, or a second where the file
    /// system cannot report writers.
    /// - Parameters:
    ///   - isHeld: whether the caller holds the rules and has just changed `mainPath` itself, so that this change is
    ///     ignored.
    ///   - patience: the maximum time to wait.
    ///   - moment: the length of a moment; nil for the lengths above.
    package func settled(
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

/// The state of the directories and files of the rules at one time.
private struct RulesStamp {
    /// What is compared about a path.
    private enum Interest {
        /// Identity, owner and mode. The directories above have entries other than rules.
        case owner
        /// Any change.
        case change
        /// Any change, and the time of the last one.
        case quiet
    }

    private struct Entry: Equatable {
        let path: ByteString
        /// The status; nil if it could not be read, because of `error`.
        let status: Status?
        let error: Errno?
        /// Whether the file has a writer; nil if this cannot be determined.
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
        for name in names where RuleStore.reads(name) {
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
        // Non-blocking, because of FIFOs. A file that cannot be opened is refused, whether or not it has a writer.
        guard let file = try? FileDescriptor.open(path, [.readOnly, .noFollow, .nonBlocking]),
            (try? file.status().kind) == .regular
        else { return add(path, interest) }
        let hasWriter: Bool?
        do throws(Errno) { hasWriter = try file.hasWriter() } catch { hasWriter = nil }
        add(path, hasWriter: hasWriter, interest)
    }

    /// The paths whose state differs from `earlier`.
    func changes(since earlier: RulesStamp) -> [ByteString] {
        let (old, new) = (earlier.entries, entries)
        let changed = new.filter { !old.contains($0) }.map(\.path)
        let gone = old.map(\.path).filter { path in !new.contains { $0.path == path } }
        return changed + gone
    }

    /// The paths that are being written, or were a moment ago; all paths are known to be unchanged for `span`.
    func moving(unchangedFor span: Milliseconds, _ moment: Milliseconds?) -> [ByteString] {
        let quiet = moment ?? Milliseconds(rawValue: entries.contains { $0.hasWriter == nil } ? 1000 : 250)
        let now = WallClock.nanoseconds
        return entries.filter { entry in
            if entry.hasWriter == true { return true }
            guard entry.interest == .quiet, span < quiet, let changed = entry.status?.changed else { return false }
            // A time in the future comes from a clock that was set back.
            return changed > now - Int64(quiet.rawValue) * 1_000_000
        }.map(\.path)
    }
}
