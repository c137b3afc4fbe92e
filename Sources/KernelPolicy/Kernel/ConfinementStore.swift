// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The confinement of the last policy without errors, kept over reboots in a file that root alone can read and write.
struct ConfinementStore {
    /// The directory, of mode 0700.
    static let directory: ByteString = "/var/lib/lowport"
    private static let name: ByteString = "confinement"
    private static let maximumSize = 16 << 20

    /// What was kept.
    enum Kept: Sendable {
        /// Nothing yet.
        case none
        /// The confinement of the last policy without errors.
        case record(ConfinementRecord)
        /// Something that is not to be relied on, and why.
        case unusable(ByteString)
    }

    /// Reads what was kept. Everything is checked on the opened descriptors.
    static func read() -> Kept {
        do throws(Errno) {
            let directory = try open()
            guard isTrusted(directory, .directory) else { return .unusable("\(Self.directory): wrong owner or mode") }
            let file = try FileDescriptor.open(name, [.readOnly, .noFollow, .nonBlocking], in: directory)
            guard isTrusted(file, .regular) else { return .unusable("\(Self.directory)/\(name): wrong owner or mode") }
            let content = try file.readToEnd(limit: maximumSize)
            guard let record = ConfinementRecord(ByteString(content)) else {
                return .unusable("\(Self.directory)/\(name): not a record of Lowport")
            }
            return .record(record)
        } catch {
            return error == .noSuchFile ? .none : .unusable("\(directory)/\(name): \(error.sentence)")
        }
    }

    /// Puts `record` in the place of what is kept: a reader, or a machine that stops, sees the one or the other.
    static func write(_ record: ConfinementRecord) throws(EnforcementError) {
        try attempt("write \(directory)/\(name)") { () throws(Errno) in
            try makeDirectory()
            let directory = try open()
            guard isTrusted(directory, .directory) else { throw .notPermitted }
            let draft: ByteString = ".\(name).new"
            try? directory.unlink(draft)
            do throws(Errno) {
                let file = try FileDescriptor.open(draft, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
                try file.setMode(FileMode(rawValue: 0o600))
                try file.write(record.byteString)
                try file.synchronize()
                try directory.rename(draft, to: name)
            } catch {
                try? directory.unlink(draft)
                throw error
            }
            try directory.synchronize()
        }
    }

    private static func open() throws(Errno) -> FileDescriptor {
        try FileDescriptor.open(directory, [.readOnly, .directory, .noFollow])
    }

    private static func makeDirectory() throws(Errno) {
        do throws(Errno) {
            try FileDescriptor.open("/var/lib", [.readOnly, .directory])
                .makeDirectory("lowport", mode: FileMode(rawValue: 0o700))
        } catch  where error == .fileExists {}
    }

    private static func isTrusted(_ file: borrowing FileDescriptor, _ kind: FileKind) -> Bool {
        guard let status = try? file.status() else { return false }
        return status.kind == kind && status.owner == .root && !status.mode.isWritableByGroupOrOthers
    }
}

extension ConfinementRecord {
    /// The entries of this record and those that were kept, each once.
    func joined(with kept: ConfinementStore.Kept) -> ConfinementRecord {
        guard case .record(let record) = kept else { return self }
        var joined = self
        let present = Set(entries)
        joined.entries += record.entries.filter { !present.contains($0) }
        return joined
    }
}
