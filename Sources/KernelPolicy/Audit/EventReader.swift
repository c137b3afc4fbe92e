// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Reads what the programs in the kernel say of binds.
///
/// There is one reader at a time, since an event that one has read is gone for all others.
public struct EventReader: ~Copyable {
    private let lock: FileDescriptor
    private let maps: EngineMaps
    private let ring: BpfRingBuffer
    /// The number of the map of events.
    private let identifier: UInt32
    private var sources: [UInt32: ByteString] = [:]
    /// How many events were lost that somebody has been told of.
    private var told: UInt64 = 0

    /// Opens the events of the engine, which must be enabled. Nil if somebody else reads them.
    public static func open() throws(EnforcementError) -> EventReader? {
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

    /// Whether the engine is still enabled whose events these are. One that is enabled anew has others.
    public var isLive: Bool {
        do throws(EnforcementError) {
            guard let directory = try PinDirectory.open() else { return false }
            let layout = EngineMap.events.layout
            let events = BpfMap(try directory.open(layout.pin), valueSize: layout.value)
            return (try? events.status().identifier) == identifier
        } catch { return false }
    }

    /// Takes the next event; nil if there is none yet.
    public func next() -> BindEvent? {
        while let bytes = ring.next() {
            if let event = BindEvent(bytes: bytes) { return event }
        }
        return nil
    }

    /// How many events found no room since somebody was last told, here or by another reader before.
    ///
    /// They came behind those that were in the buffer then.
    public mutating func takeLosses() throws(EnforcementError) -> UInt64 {
        let all = try maps.readStatistics().double(at: StatisticsLayout.dropped * 8)
        let new = all &- told
        if new == 0 { return 0 }
        told = all
        // Whoever cannot write it down tells it twice.
        try? writeTold()
        return new
    }

    /// What the lock says: the map of events, and how many of its losses were told.
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

    /// Waits for an event, at most `span`.
    public func wait(for span: Milliseconds) throws(Errno) {
        var entries = [PollEntry(ring.waitable, .readable)]
        _ = try poll(&entries, timeout: span)
    }

    /// The file of the rule that `event` was allowed by; nil for none.
    public mutating func file(of event: BindEvent) -> ByteString? {
        if event.source == 0 { return nil }
        if let file = sources[event.source] { return file }
        // A file that was new at the last reload.
        sources = (try? maps.readSources()) ?? sources
        return sources[event.source]
    }
}
