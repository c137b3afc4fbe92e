// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A file below `/var/lib/lowport`, which only root can read: what Lowport has to know after a reboot.
package struct StateFile: Sendable {
    /// The directory that contains the `lowport` directory.
    package let parent: ByteString
    /// The name of the file.
    package let name: ByteString
    /// The required owner of the directory and the file.
    package let owner: UserID

    private static let directory: ByteString = "lowport"
    private static let sizeLimit = 16 << 20

    /// Describes a file; nothing is looked at.
    package init(_ name: ByteString, parent: ByteString = "/var/lib", owner: UserID = .root) {
        self.name = name
        self.parent = parent
        self.owner = owner
    }

    /// The path of the file.
    package var path: ByteString { "\(parent)/\(Self.directory)/\(name)" }

    /// Why the file could not be used or written.
    package struct StateError: Error, Sendable {
        /// The path of the file, or of a directory above it.
        package let path: ByteString
        /// The reason, as the end of a sentence.
        package let reason: ByteString
        /// Whether there is no such file.
        package var isAbsence = false

        /// `PATH: REASON`.
        package var text: ByteString { "\(path): \(reason)" }
    }

    /// Reads the file, if only the required owner can have written it.
    package func read() throws(StateError) -> ByteString {
        let directory = try openDirectory()
        let file = try opening(path) { () throws(Errno) in
            try FileDescriptor.open(name, [.readOnly, .noFollow, .nonBlocking], in: directory)
        }
        try check(file, is: .regular, path)
        return ByteString(try opening(path) { () throws(Errno) in try file.readToEnd(limit: Self.sizeLimit) })
    }

    /// Replaces the file atomically: after a crash, it contains the old or the new text.
    package func write(_ text: ByteString) throws(StateError) {
        let directory = try makeDirectory()
        let draft: ByteString = ".\(name).new"
        try? directory.unlink(draft)
        do throws(Errno) {
            do throws(Errno) {
                let file = try FileDescriptor.open(draft, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
                try file.setMode(FileMode(rawValue: 0o600))
                try file.write(text)
                try file.synchronize()
                try file.close()
                try directory.rename(draft, to: name)
            } catch {
                try? directory.unlink(draft)
                throw error
            }
            try directory.synchronize()
        } catch { throw StateError(path: path, reason: error.sentence) }
    }

    // MARK: - The directory

    private func openDirectory() throws(StateError) -> FileDescriptor {
        let above = try resolveParent()
        return try open(in: above.file)
    }

    private func makeDirectory() throws(StateError) -> FileDescriptor {
        let above = try resolveParent()
        do throws(Errno) { try above.file.makeDirectory(Self.directory, mode: FileMode(rawValue: 0o700)) } catch {
            if error != .fileExists { throw StateError(path: "\(parent)/\(Self.directory)", reason: error.sentence) }
        }
        let directory = try open(in: above.file)
        do throws(Errno) {
            if try directory.status().mode.rawValue & 0o777 != 0o700 {
                try directory.setMode(FileMode(rawValue: 0o700))
            }
        } catch { throw StateError(path: "\(parent)/\(Self.directory)", reason: error.sentence) }
        return directory
    }

    private func resolveParent() throws(StateError) -> ResolvedPath {
        let resolved = try Self.resolve(parent)
        let trusted = [owner, .root]
        // A user who can create names there but not remove any is stopped by the check of our own directory.
        let weak =
            resolved.weakDirectory(trusting: trusted, allowsSticky: true)
            ?? resolved.weakFile(trusting: trusted, allowsSticky: true)
        if let weak {
            throw StateError(path: parent, reason: weak.byteString)
        }
        return resolved
    }

    private static func resolve(_ path: ByteString) throws(StateError) -> ResolvedPath {
        do throws(PathError) { return try ResolvedPath(path, followLinks: true) } catch {
            throw StateError(path: error.path, reason: error.error.sentence, isAbsence: error.error == .noSuchFile)
        }
    }

    private func open(in above: borrowing FileDescriptor) throws(StateError) -> FileDescriptor {
        let path: ByteString = "\(parent)/\(Self.directory)"
        let directory = try opening(path) { () throws(Errno) in
            try FileDescriptor.open(Self.directory, [.readOnly, .directory, .noFollow], in: above)
        }
        try check(directory, is: .directory, path)
        return directory
    }

    private func check(_ file: borrowing FileDescriptor, is kind: FileKind, _ path: ByteString) throws(StateError) {
        let status = try opening(path) { () throws(Errno) in try file.status() }
        if status.kind != kind { throw StateError(path: path, reason: "is something else") }
        if status.owner != owner { throw StateError(path: path, reason: "belongs to uid \(status.owner)") }
        if status.mode.isWritableByGroupOrOthers {
            throw StateError(path: path, reason: "has mode \(status.mode), so that others may write to it")
        }
    }

    private func opening<Value: ~Copyable>(
        _ path: ByteString,
        _ body: () throws(Errno) -> Value
    ) throws(StateError) -> Value {
        do throws(Errno) { return try body() } catch {
            throw StateError(path: path, reason: error.sentence, isAbsence: error == .noSuchFile)
        }
    }
}
