// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Reads what the programs in the kernel say of binds.
///
/// There is one reader at a time, since an event that one has read is gone for all others.
public struct EventReader: ~Copyable {
    private let lock: FileDescriptor
    private let maps: EngineMaps
    private let ring: BpfRingBuffer
    private var sources: [UInt32: ByteString] = [:]

    /// Opens the events of the engine, which must be enabled. Nil if somebody else reads them.
    public static func open() throws(EnforcementError) -> EventReader? {
        _ = try EngineLinks.pinned()
        let maps = try EngineMaps.pinned(in: KernelEngine.folder)
        let lock = try attempt("open the lock of the events") { () throws(Errno) in
            try FileDescriptor.open("log.lock", [.readWrite, .create, .noFollow], in: NoticeBoard.folder())
        }
        let isFirst = try attempt("lock the events") { () throws(Errno) in try lock.tryToLockExclusively() }
        if !isFirst { return nil }
        let ring = try attempt("read the ring buffer") { () throws(Errno) in
            try BpfRingBuffer(BpfPins.open(KernelEngine.folder + "/events"), size: EngineMaps.ringSize)
        }
        return EventReader(lock: lock, maps: maps, ring: ring)
    }

    /// Takes the next event; nil if there is none yet.
    public func next() -> BindEvent? {
        while let bytes = ring.next() {
            if let event = BindEvent(bytes: bytes) { return event }
        }
        return nil
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
