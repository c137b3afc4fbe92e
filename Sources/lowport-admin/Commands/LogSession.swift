// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy

/// How binds are written.
enum LogOutput {
    case text, json, journal
}

/// One run of `lowport log`: reads the events of the kernel, the journal, or both, and writes what is wanted.
struct LogSession {
    let filter: LogFilter
    let output: LogOutput
    let follows: Bool
    let readsJournal: Bool

    func run() throws {
        var writer = LogWriter(filter: filter, output: output)
        switch try openEvents() {
        case .some(let reader):
            var events = KernelEvents(reader)
            try readsJournal ? runBoth(&events, &writer) : runKernel(&events, &writer)
        case .none: try runJournal(&writer)
        }
    }

    /// The events of the kernel; nil if only the journal can be read.
    private func openEvents() throws -> EventReader? {
        do throws(EnforcementError) {
            if let reader = try EventReader.open() { return reader }
        } catch {
            if case .notEnabled = error, readsJournal { return nil }
            throw error.reported()
        }
        if readsJournal { return nil }
        throw failure(
            "another process reads the events",
            hint: "if it is the service: journalctl -u lowport-audit",
            status: Status.no
        )
    }

    // MARK: - From the kernel alone

    private func runKernel(_ events: inout KernelEvents, _ writer: inout LogWriter) throws {
        while true {
            try events.drain {
                try writer.write($0)
            } losses: {
                try writer.write($0)
            }
            if !follows || !events.isLive { return }
            try events.wait(or: nil)
        }
    }

    // MARK: - From the journal

    private func openJournal() throws -> JournalReader {
        do throws(Errno) { return try JournalReader(since: filter.since, follows: follows) } catch {
            throw failure("cannot read the journal: \(error.sentence)", status: Status.system)
        }
    }

    private func runJournal(_ writer: inout LogWriter) throws {
        var journal = try openJournal()
        while let binds = try next(&journal) { for bind in binds { try writer.write(bind) } }
        for bind in journal.takeAnnounced() { try writer.write(bind) }
    }

    private func next(_ journal: inout JournalReader) throws -> [LoggedBind]? {
        do throws(Errno) { return try journal.next() } catch {
            throw failure("cannot read the journal: \(error.sentence)", status: Status.system)
        }
    }

    /// What is past, in the order of time, and then, if wanted, what comes.
    private func runBoth(_ events: inout KernelEvents, _ writer: inout LogWriter) throws {
        var journal = try openJournal()
        if follows { return try followBoth(&events, &journal, &writer) }
        var waiting: [LoggedBind] = []
        var lost: UInt64 = 0
        try events.drain {
            waiting.append($0)
        } losses: {
            lost += $0
        }
        var rest = waiting[...]
        while let binds = try next(&journal) {
            for bind in binds {
                while let first = rest.first, first.time < bind.time {
                    try writer.write(first)
                    rest.removeFirst()
                }
                try writer.write(bind)
            }
        }
        for bind in rest { try writer.write(bind) }
        for bind in journal.takeAnnounced() { try writer.write(bind) }
        if lost > 0 { try writer.write(lost) }
    }

    private func followBoth(
        _ events: inout KernelEvents,
        _ journal: inout JournalReader,
        _ writer: inout LogWriter
    ) throws {
        while true {
            try events.drain {
                try writer.write($0)
            } losses: {
                try writer.write($0)
            }
            if !events.isLive { return }
            try events.wait(or: journal.waitable)
            var entries = [PollEntry(journal.waitable, .readable)]
            guard (try? poll(&entries, timeout: Milliseconds(rawValue: 0))) == true else {
                for bind in journal.takeAnnounced() { try writer.write(bind) }
                continue
            }
            guard let binds = try next(&journal) else { return try runKernel(&events, &writer) }
            for bind in binds { try writer.write(bind) }
        }
    }
}

/// The events of the kernel, with the names that belong to their numbers.
struct KernelEvents: ~Copyable {
    private var reader: EventReader
    private var names: [UserID: ByteString?] = [:]
    private var executables = ExecutableNames()

    init(_ reader: consuming EventReader) { self.reader = reader }

    var isLive: Bool { reader.isLive }

    /// Takes all events that are there, and the number of those that were lost.
    mutating func drain(_ write: (LoggedBind) throws -> Void, losses: (UInt64) throws -> Void) throws {
        var count = 0
        while let event = reader.next() {
            count += 1
            // In a flood the events never end, so losses are also reported after more events than the buffer holds.
            if count % 16384 == 0 { try report(losses) }
            // Each user is looked up once: a flood of events must not become a flood of questions.
            let name = names[event.user] ?? Accounts.name(of: event.user)
            names[event.user] = .some(name)
            let executable = event.executable.flatMap { executables.path(of: $0, process: event.process) }
            let file = reader.file(of: event)
            try write(LoggedBind(event, file: file, executable: executable, userName: name))
        }
        try report(losses)
    }

    private mutating func report(_ losses: (UInt64) throws -> Void) throws {
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
