// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
package import LowportPolicy

/// The rules file, or another file beside it, held for a writer: other writers wait until the value is destroyed.
///
/// The lock is flock(2) on a file that only root can open. Readers need no lock: they see either the old or the new
/// text.
package struct RulesTransaction: ~Copyable {
    private let store: RuleStore
    private let directory: FileDescriptor
    private let lock: FileDescriptor
    /// The file.
    package let place: RulesPlace
    private var name: ByteString { place.name }

    /// The name of the new text before it replaces the old text.
    private var temporaryName: ByteString { ".\(name).new" }
    /// The name of the old text until the new text is on the disk.
    private var oldName: ByteString { ".\(name).old" }

    /// Waits for other writers, and then holds the rules.
    /// - Parameters:
    ///   - store: the location of the rules; the directory is created if it is missing.
    ///   - place: the file.
    ///   - mayWait: called once if another process holds the rules; false gives up with `UpdateError.busy`.
    package init(_ store: RuleStore, place: RulesPlace = .main, mayWait: () -> Bool) throws(UpdateError) {
        let above = try store.openDirectoryForWriting()
        let lock = try Self.lock(in: above, for: place, mayWait: mayWait)
        directory = try Self.directory(of: place, above, store)
        self.lock = lock
        self.store = store
        self.place = place
    }

    private static func directory(
        of place: RulesPlace,
        _ above: consuming FileDescriptor,
        _ store: RuleStore
    ) throws(UpdateError) -> FileDescriptor {
        if case .extra = place { return try extraDirectory(in: above, store) }
        return above
    }

    /// Opens the directory of additional rules; if it is missing, creates it.
    private static func extraDirectory(
        in above: borrowing FileDescriptor,
        _ store: RuleStore
    ) throws(UpdateError) -> FileDescriptor {
        do throws(Errno) {
            try above.makeDirectory("rules.d", mode: FileMode(rawValue: 0o755))
            try above.synchronize()
        } catch {
            if error != .fileExists { throw .system(.open, path: RuleStore.extraPath, error) }
        }
        do throws(RuleStore.ReadError) {
            return try store.openDirectory("rules.d", in: above, path: RuleStore.extraPath)
        } catch { throw .refused(error) }
    }

    private static func lock(
        in directory: borrowing FileDescriptor,
        for place: RulesPlace,
        mayWait: () -> Bool
    ) throws(UpdateError) -> FileDescriptor {
        do throws(Errno) {
            let lock = try FileDescriptor.open(".lock", [.readWrite, .create, .noFollow], in: directory)
            if try lock.tryToLockExclusively() { return lock }
            if mayWait() {
                try lock.lockExclusively()
                return lock
            }
        } catch {
            // Who may not change the rules need not know of the lock.
            throw .system(.flock, path: error == .permissionDenied ? place.path : "/etc/lowport/.lock", error)
        }
        throw .busy(place.path)
    }

    /// The current rules file; an empty file if there is none.
    package func current() throws(UpdateError) -> RulesFile {
        do throws(RuleStore.ReadError) {
            return try store.read(name, in: directory, path: place.path)
        } catch { return try RuleStore.emptyFile(insteadOf: error, at: place) }
    }

    /// The bytes of the file now; none if there is no file.
    package func content() throws(UpdateError) -> [UInt8] {
        do throws(RuleStore.ReadError) {
            return try store.content(of: name, in: directory, path: place.path)
        } catch {
            guard error.isAbsence else { throw .refused(error) }
            return []
        }
    }

    /// Replaces the text by `content`, with the mode and group of the old file; without an old file, 0644.
    ///
    /// The new text goes to a temporary file, reaches the disk, and takes the name of the old text; then the directory
    /// reaches the disk. If any of these steps fails, the old text is restored, except on a file system without hard
    /// links.
    package func install(_ content: [UInt8]) throws(UpdateError) {
        let temporary = temporaryName
        let path: ByteString = "\(place.directory)/\(temporary)"
        // A killed writer may have left these files; the lock ensures that no process is using them.
        try? directory.unlink(temporary)
        try? directory.unlink(oldName)
        do throws(UpdateError) {
            let file = try create(temporary, path: path)
            try performing(.write, path) { () throws(Errno) in try file.write(ByteString(content)) }
            try performing(.fsync, path) { () throws(Errno) in try file.synchronize() }
            do throws(Errno) { try file.close() } catch { throw .system(.close, path: path, error) }
            let before = keepOld()
            do throws(UpdateError) {
                try performing(.rename, path) { () throws(Errno) in try directory.rename(temporary, to: name) }
                try performing(.fsync, place.directory) { () throws(Errno) in try directory.synchronize() }
            } catch {
                bringBack(before)
                throw error
            }
        } catch {
            try? directory.unlink(temporary)
            try? directory.unlink(oldName)
            throw error
        }
        try? directory.unlink(oldName)
    }

    /// What the name of the rules referred to before.
    private enum Before {
        case nothing, file, unknown
    }

    /// Gives the old text a second name.
    private func keepOld() -> Before {
        do throws(Errno) {
            try directory.link(name, as: oldName)
            return .file
        } catch { return error == .noSuchFile ? .nothing : .unknown }
    }

    /// Gives the old text its name back, if it has lost the name.
    private func bringBack(_ before: Before) {
        switch before {
        // If nothing was renamed, both names refer to one file, and rename(2) leaves both.
        case .file: try? directory.rename(oldName, to: name)
        case .nothing: try? directory.unlink(name)
        // On a file system without hard links, the new text stays.
        case .unknown: break
        }
        try? directory.synchronize()
    }

    private func create(_ name: ByteString, path: ByteString) throws(UpdateError) -> FileDescriptor {
        do throws(Errno) {
            let file = try FileDescriptor.open(name, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
            var mode = FileMode(rawValue: 0o644)
            if let old = try? FileDescriptor.open(self.name, [.pathOnly, .noFollow], in: directory).status() {
                mode = old.mode
                if old.group != CurrentProcess.effectiveGroup { try file.setGroup(old.group) }
            }
            try file.setMode(mode)
            return file
        } catch { throw .system(.open, path: path, error) }
    }

    /// Makes a copy for an editor, which is removed when the returned value is destroyed.
    package func draft(of content: [UInt8]) throws(UpdateError) -> RulesDraft {
        try RulesDraft.make(of: content, in: directory, owner: store.owner)
    }
}

/// Makes a system call, and adds the call and the path to its error.
func performing(_ call: SystemCall, _ path: ByteString, _ body: () throws(Errno) -> Void) throws(UpdateError) {
    do throws(Errno) { try body() } catch { throw .system(call, path: path, error) }
}
