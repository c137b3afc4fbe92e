// SPDX-License-Identifier: Apache-2.0
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy

/// The events of the kernel, with the names that belong to their numbers.
struct KernelEvents: ~Copyable {
    private var reader: EventReader
    private var names: [UserID: ByteString?] = [:]
    private var executables = ExecutableNames()
    /// The time of the last event.
    private var last: UInt64 = 0
    private var count = 0

    init(_ reader: consuming EventReader) { self.reader = reader }

    var isLive: Bool { reader.isLive }

    /// Takes the next event; nil if there is none, or if the one before was later than `end`: in a flood, the events never
    /// end.
    /// - Parameter end: nanoseconds since the machine was started.
    mutating func next(until end: UInt64) -> LoggedBind? {
        guard last <= end, let event = reader.next() else { return nil }
        last = event.time
        // Each user is looked up once: a flood of events must not become a flood of questions.
        let name = names[event.user] ?? Accounts.name(of: event.user)
        names[event.user] = .some(name)
        let executable = event.executable.flatMap { executables.path(of: $0, process: event.process) }
        return LoggedBind(event, file: reader.file(of: event), executable: executable, userName: name)
    }

    /// Takes all events until now, and the number of those that were lost.
    mutating func drain(_ write: (LoggedBind) throws -> Void, losses: (UInt64) throws -> Void) throws {
        let end = KernelClock.sinceStart
        while let bind = next(until: end) {
            try write(bind)
            // Losses are later than what is in the buffer, and in a flood that is never empty.
            count += 1
            if count % 16384 == 0 { try report(losses) }
        }
        if last <= end { try report(losses) }
    }

    /// Reports the number of events that were lost since the last report.
    mutating func report(_ losses: (UInt64) throws -> Void) throws {
        let lost: UInt64
        do throws(EnforcementError) { lost = try reader.takeLosses() } catch { throw error.reported() }
        if lost > 0 { try losses(lost) }
    }

    func wait(or other: InheritedDescriptor?) throws {
        do throws(Errno) { try reader.wait(for: .seconds(2), or: other) } catch {
            throw failure("cannot wait for events: \(error.sentence)", status: Status.system)
        }
    }
}
