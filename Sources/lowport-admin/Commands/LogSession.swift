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
        if readsJournal, !Journalctl.showsAll {
            printError("note: this user may not read the journal of the system: what other users bound is not shown")
        }
        switch try openEvents() {
        case .some(let reader):
            var events = KernelEvents(reader)
            if !readsJournal { return try runKernel(&events, &writer) }
            try follows ? followBoth(&events, &writer) : runPast(&events, &writer)
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
            // Nothing comes after the end of the engine.
            let isLast = !follows || !events.isLive
            try drain(&events, &writer)
            if isLast { return try events.report { try writer.write($0) } }
            try events.wait(or: nil)
        }
    }

    private func drain(_ events: inout KernelEvents, _ writer: inout LogWriter) throws {
        try events.drain {
            try writer.write($0)
        } losses: {
            try writer.write($0)
        }
    }

    // MARK: - From the journal

    private func openJournal() throws -> JournalReader {
        do throws(JournalError) { return try JournalReader(since: filter.since, follows: follows) } catch {
            throw error.reported()
        }
    }

    private func next(_ journal: inout JournalReader) throws -> [LoggedBind]? {
        do throws(JournalError) { return try journal.next() } catch { throw error.reported() }
    }

    /// Writes what a journal that is followed has now. It has no end.
    private func writeMore(of journal: inout JournalReader, within span: Milliseconds, _ writer: inout LogWriter) throws
    {
        if journal.waits(for: span) {
            guard let binds = try next(&journal) else { throw JournalError.stopped.reported() }
            for bind in binds { try writer.write(bind) }
        }
        for bind in journal.takeOverdue() { try writer.write(bind) }
    }

    private func runJournal(_ writer: inout LogWriter) throws {
        var journal = try openJournal()
        while follows { try writeMore(of: &journal, within: .seconds(2), &writer) }
        while let binds = try next(&journal) {
            for bind in binds { try writer.write(bind) }
        }
        for bind in journal.takeAnnounced() { try writer.write(bind) }
    }

    // MARK: - From both

    /// What is past, in the order of time. The events stay in the kernel until it is their turn.
    private func runPast(_ events: inout KernelEvents, _ writer: inout LogWriter) throws {
        let end = KernelClock.sinceStart
        var journal = try openJournal()
        var event = events.next(until: end)
        var failure: (any Error)?
        while true {
            let binds: [LoggedBind]
            do {
                guard let more = try next(&journal) else { break }
                binds = more
            } catch {
                // It is reported, and what the kernel has is shown nevertheless.
                failure = error
                break
            }
            for bind in binds {
                while let earlier = event, earlier.time < bind.time {
                    try writer.write(earlier)
                    event = events.next(until: end)
                }
                try writer.write(bind)
            }
        }
        while let rest = event {
            try writer.write(rest)
            event = events.next(until: end)
        }
        for bind in journal.takeAnnounced() { try writer.write(bind) }
        try events.report { try writer.write($0) }
        if let failure { throw failure }
    }

    private func followBoth(_ events: inout KernelEvents, _ writer: inout LogWriter) throws {
        var journal = try openJournal()
        while true {
            let isLast = !events.isLive
            try drain(&events, &writer)
            if isLast { return try events.report { try writer.write($0) } }
            try events.wait(or: journal.waitable)
            try writeMore(of: &journal, within: .seconds(0), &writer)
        }
    }
}
