// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Writes binds and losses as they are wanted.
struct LogWriter: ~Copyable {
    private let filter: LogFilter
    private let output: LogOutput
    private var journal: JournalSink?

    init(filter: LogFilter, output: LogOutput) {
        self.filter = filter
        self.output = output
        journal = output == .journal ? JournalSink() : nil
    }

    mutating func write(_ bind: LoggedBind) throws {
        guard filter.wants(bind) else { return }
        switch output {
        case .json: try printJSON(bind, isOneLine: true, keysAreFinal: true)
        case .text: try printOut(logText: bind.text)
        case .journal: if !send(bind.journalEntry) { try printOut(logText: bind.text) }
        }
    }

    /// Writes the number of events lost since the last report, after the events that were kept.
    mutating func write(_ losses: UInt64) throws {
        let lost = LostEvents(losses)
        switch output {
        case .json: try printJSON(lost, isOneLine: true)
        case .text: try printOut(logText: lost.text)
        case .journal:
            var entry = JournalMessage.lost.entry(lost.text, facility: 10)
            entry.add("LOWPORT_EVENTS_LOST", ByteString(decimal: losses))
            if !send(entry) { try printOut(logText: lost.text) }
        }
    }

    /// Without a journal, and if it does not take the entry, the line goes to standard output.
    private mutating func send(_ entry: JournalEntry) -> Bool {
        if journal == nil { journal = JournalSink() }
        return journal?.write(entry) ?? false
    }
}

/// A report of lost events, as text and as JSON.
private struct LostEvents: Encodable {
    let schema = "lowport.lost/1"
    let time: String
    let eventsLost: UInt64

    init(_ count: UInt64) {
        time = Timestamp(rawValue: WallClock.seconds).byteString.description
        eventsLost = count
    }

    /// `2026-12-01T12:00:00Z lost 17 events, since earlier events were not read in time`.
    var text: ByteString {
        let noun: ByteString = eventsLost == 1 ? "event" : "events"
        return "\(time) lost \(eventsLost) \(noun), since earlier events were not read in time"
    }
}
