// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Reads the bind events that the kernel programs record.
///
/// Only one reader can run at a time, because reading an event removes it from the buffer.
package struct EventReader: ~Copyable {
    private let lock: FileDescriptor
    private let maps: EngineMaps
    private let ring: BpfRingBuffer
    /// The kernel ID of the events map.
    private let identifier: UInt32
    private var sources: [UInt32: ByteString] = [:]
    /// The number of lost events that have been reported so far.
    private var told: UInt64 = 0

    /// Opens the events of the engine, which must be enabled. Returns nil if another process is reading them.
    package static func open() throws(EnforcementError) -> EventReader? {
        let engine = try EngineSet.open()
        let lock = try attempt("open the lock of the events") { () throws(Errno) in
            try FileDescriptor.open("log.lock", [.readWrite, .create, .noFollow], in: EngineStateFile.directory())
        }
        let isFirst = try attempt("lock the events") { () throws(Errno) in try lock.tryToLockExclusively() }
        if !isFirst { return nil }
        let layout = EngineMap.events.layout
        let events = try engine.directory.open(layout.pin)
        let ring: BpfRingBuffer
        do throws(Errno) { ring = try BpfRingBuffer(events, size: layout.capacity) } catch {
            throw .failed("read the ring buffer", error)
        }
        return EventReader(lock: lock, engine, ring: ring)
    }

    private init(lock: consuming FileDescriptor, _ engine: consuming EngineSet, ring: BpfRingBuffer) {
        self.lock = lock
        self.ring = ring
        identifier = engine.settings.maps[EngineMap.events.rawValue]
        maps = engine.maps
        told = readTold()
    }

    /// Whether the engine that these events come from is still enabled. Enabling it again creates new events.
    package var isLive: Bool {
        do throws(EnforcementError) {
            guard let directory = try PinDirectory.open() else { return false }
            let layout = EngineMap.events.layout
            let events = BpfMap(try directory.open(layout.pin), valueSize: layout.value)
            return (try? events.status().identifier) == identifier
        } catch { return false }
    }

    /// Returns the next event; nil if there is none yet.
    package func next() -> BindEvent? {
        while let bytes = ring.next() {
            if let event = BindEvent(bytes: bytes) { return event }
        }
        return nil
    }

    /// The events that `next` would return, in their order; they stay in the buffer.
    package func waiting() -> [BindEvent] { ring.waiting().compactMap { BindEvent(bytes: $0) } }

    /// Returns how many events found no room in the buffer since the last report, by this reader or an earlier one.
    ///
    /// The lost events are later than those that were in the buffer at the time.
    package mutating func takeLosses() throws(EnforcementError) -> UInt64 {
        let all = try maps.readStatistics().double(at: StatisticsLayout.dropped * 8)
        let new = all &- told
        if new == 0 { return 0 }
        told = all
        // If the write fails, the same losses are reported again later.
        try? writeTold()
        return new
    }

    /// Reads the lock file: the ID of the events map, and how many of its losses have been reported.
    private func readTold() -> UInt64 {
        guard let text = try? lock.read(upTo: 64, at: 0) else { return 0 }
        let words = ByteString(text).split(on: UInt8(ascii: "\n"))[0].split(on: UInt8(ascii: " "))
        guard words.count == 2, words[0] == ByteString(decimal: identifier) else { return 0 }
        return Digits.number(words[1]) ?? 0
    }

    private func writeTold() throws(Errno) {
        try lock.rewind()
        try lock.write("\(identifier) \(told)\n")
    }

    /// Waits for an event, or for `other` to be readable, for at most `span` milliseconds.
    package func wait(for span: Milliseconds, or other: InheritedDescriptor? = nil) throws(Errno) {
        var entries = [PollEntry(ring.waitable, .readable)]
        if let other { entries.append(PollEntry(other, .readable)) }
        _ = try poll(&entries, timeout: span)
    }

    /// Returns the file of the rule that allowed the bind of `event`; nil for none.
    package mutating func file(of event: BindEvent) -> ByteString? {
        if event.source == 0 { return nil }
        if let file = sources[event.source] { return file }
        // The last reload has added the file.
        sources = (try? maps.readSources()) ?? sources
        return sources[event.source]
    }
}
