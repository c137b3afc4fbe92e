// SPDX-License-Identifier: Apache-2.0
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy

/// Binds that the helper has allowed and of which it has not yet said what became of them, by its process.
///
/// The helper says so before the bind and after it; both are one bind. A helper that was killed in between says nothing
/// more, and then the first line alone counts.
struct AnnouncedBinds {
    private struct Announcement {
        let bind: LoggedBind
        let number: Int
        /// Whether it was taken, since nothing more was heard in time.
        var isTaken = false
    }

    private var announcements: [ByteString: Announcement] = [:]
    private var count = 0
    /// How many there may be before those that nothing was heard of are given up.
    private static let limit = 4096

    /// Takes a line of a helper, and returns the binds of which is known now what became of them.
    mutating func add(_ bind: LoggedBind, _ event: HelperLogLine.Event, of process: ByteString) -> [LoggedBind] {
        if event == .refused { return [bind] }
        let earlier = announcements.removeValue(forKey: process)
        switch event {
        case .refused, .failed: return [bind]
        case .bound:
            let isTaken = earlier.map { $0.isTaken && $0.bind.isOfSameSocket(as: bind) } ?? false
            return isTaken ? [] : [bind]
        case .allowed:
            count += 1
            announcements[process] = Announcement(bind: bind, number: count)
            let old = earlier.flatMap { $0.isTaken ? nil : $0.bind }
            return [old].compactMap(\.self) + (announcements.count > Self.limit ? giveUp(before: bind.time) : [])
        }
    }

    /// Takes those that were announced before `end`, or all; what is said of them later is not a bind of its own.
    mutating func take(before end: Timestamp? = nil) -> [LoggedBind] {
        let due = announcements.filter { _, announcement in
            !announcement.isTaken && end.map { announcement.bind.time < $0 } ?? true
        }
        for process in due.keys { announcements[process]?.isTaken = true }
        return due.values.sorted { $0.number < $1.number }.map(\.bind)
    }

    /// Takes those that were announced before `end`, and forgets all that were taken.
    private mutating func giveUp(before end: Timestamp) -> [LoggedBind] {
        let taken = take(before: end)
        announcements = announcements.filter { !$0.value.isTaken }
        return taken
    }
}

extension LoggedBind {
    fileprivate func isOfSameSocket(as other: LoggedBind) -> Bool {
        transport == other.transport && address == other.address && port == other.port
    }
}
