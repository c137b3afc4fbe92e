// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// Where the record of the last confinement without errors is kept: a file that root alone can read, on a disk, since it has to
/// outlive a restart of the machine.
struct ConfinementStore: Sendable {
    /// The directory above.
    let parent: ByteString
    /// The user whom everything has to belong to.
    let owner: UserID

    /// `/var/lib/lowport`.
    static let system = ConfinementStore(parent: "/var/lib", owner: .root)

    private static let directory: ByteString = "lowport"
    private static let name: ByteString = "confinement"
    private static let sizeLimit = 16 << 20

    /// The path of the file.
    var path: ByteString { "\(parent)/\(Self.directory)/\(Self.name)" }

    /// What was found.
    enum Found: Sendable {
        case usable(ConfinementRecord)
        case absent
        /// There is something that is not to be relied on; why.
        case unusable(ByteString)

        /// The record, if it can be used.
        var record: ConfinementRecord? { if case .usable(let record) = self { record } else { nil } }
    }

    /// Why a record could not be used or written.
    struct StoreError: Error, Sendable {
        let path: ByteString
        let reason: ByteString
        var isAbsence = false

        var text: ByteString { "\(path): \(reason)" }
    }

    /// Reads the record, if root alone can have written it.
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

    /// Puts `record` in the place of the one that is there, so that a machine which stops has the old one or the new.
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
        // Whoever may make a name, but take none away, gets no further than the check of what has our name.
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
