// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// The storage of the confinement record: a file on disk that only root can read. It must survive a reboot.
struct ConfinementStore: Sendable {
    /// The directory that contains the `lowport` directory.
    let parent: ByteString
    /// The required owner of the directory and the file.
    let owner: UserID

    static let system = ConfinementStore(parent: "/var/lib", owner: .root)

    private static let directory: ByteString = "lowport"
    private static let name: ByteString = "confinement"
    private static let sizeLimit = 16 << 20

    /// The path of the record.
    var path: ByteString { "\(parent)/\(Self.directory)/\(Self.name)" }

    /// The result of reading the record.
    enum Found: Sendable {
        case usable(ConfinementRecord)
        case absent
        /// A file exists but cannot be trusted; the value is the reason.
        case unusable(ByteString)

        var record: ConfinementRecord? { if case .usable(let record) = self { record } else { nil } }
    }

    /// Why a record could not be used or written.
    struct StoreError: Error, Sendable {
        let path: ByteString
        let reason: ByteString
        var isAbsence = false

        var text: ByteString { "\(path): \(reason)" }
    }

    /// Reads the record, if only the required owner can have written it.
    func read() -> Found {
        do throws(StoreError) {
            let directory = try openDirectory()
            let file = try opening(path) { () throws(Errno) in
                try FileDescriptor.open(Self.name, [.readOnly, .noFollow, .nonBlocking], in: directory)
            }
            try check(file, is: .regular, path)
            let text = try opening(path) { () throws(Errno) in try file.readToEnd(limit: Self.sizeLimit) }
            guard let record = ConfinementRecord(ByteString(text)) else {
                throw StoreError(path: path, reason: "is not what was written there")
            }
            return .usable(record)
        } catch { return error.isAbsence ? .absent : .unusable(error.text) }
    }

    /// Replaces the record atomically: after a crash, the file contains the old or the new record.
    func write(_ record: ConfinementRecord) throws(StoreError) {
        let directory = try makeDirectory()
        let draft: ByteString = ".\(Self.name).new"
        try? directory.unlink(draft)
        do throws(Errno) {
            do throws(Errno) {
                let file = try FileDescriptor.open(draft, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
                try file.setMode(FileMode(rawValue: 0o600))
                try file.write(record.byteString)
                try file.synchronize()
                try file.close()
                try directory.rename(draft, to: Self.name)
            } catch {
                try? directory.unlink(draft)
                throw error
            }
            try directory.synchronize()
        } catch { throw StoreError(path: path, reason: error.sentence) }
    }

    // MARK: - The directory

    private func openDirectory() throws(StoreError) -> FileDescriptor {
        let above = try resolveParent()
        return try open(in: above.file)
    }

    private func makeDirectory() throws(StoreError) -> FileDescriptor {
        let above = try resolveParent()
        do throws(Errno) { try above.file.makeDirectory(Self.directory, mode: FileMode(rawValue: 0o700)) } catch {
            if error != .fileExists { throw StoreError(path: "\(parent)/\(Self.directory)", reason: error.sentence) }
        }
        let directory = try open(in: above.file)
        do throws(Errno) {
            if try directory.status().mode.rawValue & 0o777 != 0o700 {
                try directory.setMode(FileMode(rawValue: 0o700))
            }
        } catch { throw StoreError(path: "\(parent)/\(Self.directory)", reason: error.sentence) }
        return directory
    }

    private func resolveParent() throws(StoreError) -> ResolvedPath {
        let resolved = try Self.resolve(parent)
        let trusted = [owner, .root]
        // A user who can create names there but not remove any is stopped by the check of our own directory.
        let weak =
            resolved.weakDirectory(trusting: trusted, allowsSticky: true)
            ?? resolved.weakFile(trusting: trusted, allowsSticky: true)
        if let weak {
            throw StoreError(path: parent, reason: weak.byteString)
        }
        return resolved
    }

    private static func resolve(_ path: ByteString) throws(StoreError) -> ResolvedPath {
        do throws(PathError) { return try ResolvedPath(path, followLinks: true) } catch {
            throw StoreError(path: error.path, reason: error.error.sentence, isAbsence: error.error == .noSuchFile)
        }
    }

    private func open(in above: borrowing FileDescriptor) throws(StoreError) -> FileDescriptor {
        let path: ByteString = "\(parent)/\(Self.directory)"
        let directory = try opening(path) { () throws(Errno) in
            try FileDescriptor.open(Self.directory, [.readOnly, .directory, .noFollow], in: above)
        }
        try check(directory, is: .directory, path)
        return directory
    }

    private func check(_ file: borrowing FileDescriptor, is kind: FileKind, _ path: ByteString) throws(StoreError) {
        let status = try opening(path) { () throws(Errno) in try file.status() }
        if status.kind != kind { throw StoreError(path: path, reason: "is something else") }
        if status.owner != owner { throw StoreError(path: path, reason: "belongs to uid \(status.owner)") }
        if status.mode.isWritableByGroupOrOthers {
            throw StoreError(path: path, reason: "has mode \(status.mode), so that others may write to it")
        }
    }

    private func opening<Value: ~Copyable>(
        _ path: ByteString,
        _ body: () throws(Errno) -> Value
    ) throws(StoreError) -> Value {
        do throws(Errno) { return try body() } catch {
            throw StoreError(path: path, reason: error.sentence, isAbsence: error == .noSuchFile)
        }
    }
}
