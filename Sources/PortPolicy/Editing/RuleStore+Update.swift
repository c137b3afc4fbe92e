// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Why the rules could not be changed.
public enum UpdateError: Error {
    /// The rules file is not to be trusted or could not be read.
    case refused(RuleStore.Refusal)
    /// The rules file has faults, or would have: it is not touched before they are mended.
    case invalid(RulesFile)
    /// A system call failed while the file at `path` was written.
    case system(SystemCall, path: ByteString, Errno)
    /// The change would have to split a rule in a way that the language has no words for.
    case notSeparable(Rule)
}

extension RuleStore {
    /// The name under which the new text is written before it takes the place of the old.
    private static var temporaryName: ByteString { ".rules.new" }

    /// Computes what `change` would do to the rules file, and writes nothing.
    public func preview(
        _ change: (RulesFile) throws(AddressesNotSeparable) -> RulesChange
    ) throws(UpdateError) -> RulesChange {
        let file: RulesFile
        do throws(Refusal) {
            let folder = try openFolder()
            file = try read("rules", in: folder, path: Self.mainPath)
        } catch { file = try Self.emptyFile(insteadOf: error) }
        return try compute(change, from: file)
    }

    /// Changes the rules file so that a reader, or a machine that stops, sees the old text or the new and nothing else.
    ///
    /// Writers wait for one another (flock(2) on a file that only root can open). The new text goes to a temporary file, reaches the disk, and
    /// takes the old one's name; then the folder reaches the disk. Mode and group stay as they were.
    /// - Parameter change: computes the change from what is there now.
    public func update(
        _ change: (RulesFile) throws(AddressesNotSeparable) -> RulesChange
    ) throws(UpdateError) -> RulesChange {
        try makeFolder()
        let folder = try trustedFolder()
        let lock = try lock(in: folder)
        let result = try compute(change, from: currentFile(in: folder))
        if !result.isEmpty { try replace(with: result.content, in: folder) }
        _ = consume lock
        return result
    }

    /// Waits for the other writers; the lock lasts as long as the descriptor.
    private func lock(in folder: borrowing FileDescriptor) throws(UpdateError) -> FileDescriptor {
        do throws(Errno) {
            let file = try FileDescriptor.open(".lock", [.readWrite, .create, .noFollow], in: folder)
            try file.lockExclusively()
            return file
        } catch { throw .system(.flock, path: "/etc/lowport/.lock", error) }
    }

    private func trustedFolder() throws(UpdateError) -> FileDescriptor {
        do throws(Refusal) { return try openFolder() } catch { throw .refused(error) }
    }

    /// An empty file, if the reason for having none is that there is none.
    private static func emptyFile(insteadOf refusal: Refusal) throws(UpdateError) -> RulesFile {
        guard refusal.isAbsence else { throw .refused(refusal) }
        return RulesFile(path: mainPath, content: [])
    }

    private func compute(
        _ change: (RulesFile) throws(AddressesNotSeparable) -> RulesChange,
        from file: RulesFile
    ) throws(UpdateError) -> RulesChange {
        guard file.isValid else { throw .invalid(file) }
        let result: RulesChange
        do throws(AddressesNotSeparable) { result = try change(file) } catch { throw .notSeparable(error.rule) }
        let updated = RulesFile(path: file.path, content: result.content)
        guard updated.isValid else { throw .invalid(updated) }
        return result
    }

    private func currentFile(
        in folder: borrowing FileDescriptor
    ) throws(UpdateError) -> RulesFile {
        do throws(Refusal) { return try read("rules", in: folder, path: Self.mainPath) } catch {
            return try Self.emptyFile(insteadOf: error)
        }
    }

    private func makeFolder() throws(UpdateError) {
        try perform(.mkdir, "/etc/lowport") { () throws(Errno) in
            let parent = try FileDescriptor.open(root + "/etc", [.readOnly, .directory])
            do throws(Errno) {
                try parent.makeDirectory("lowport", mode: FileMode(rawValue: 0o755))
                try parent.synchronize()
            } catch  where error == .fileExists {}
        }
    }

    private func replace(
        with content: [UInt8],
        in folder: borrowing FileDescriptor
    ) throws(UpdateError) {
        let temporary = Self.temporaryName
        let path: ByteString = "/etc/lowport/\(temporary)"
        // A writer that was killed may have left one; the lock says that nobody is using it.
        try? folder.unlink(temporary)
        do throws(UpdateError) {
            let file = try create(temporary, path: path, in: folder)
            try perform(.write, path) { () throws(Errno) in try file.write(ByteString(content)) }
            try perform(.fsync, path) { () throws(Errno) in try file.synchronize() }
            try perform(.rename, path) { () throws(Errno) in try folder.rename(temporary, to: "rules") }
        } catch {
            try? folder.unlink(temporary)
            throw error
        }
        try perform(.fsync, "/etc/lowport") { () throws(Errno) in try folder.synchronize() }
    }

    /// Makes the temporary file with the mode and group of the file whose place it will take; without one, 0644.
    private func create(
        _ name: ByteString,
        path: ByteString,
        in folder: borrowing FileDescriptor
    ) throws(UpdateError) -> FileDescriptor {
        do throws(Errno) {
            let file = try FileDescriptor.open(name, [.writeOnly, .create, .exclusive, .noFollow], in: folder)
            var mode = FileMode(rawValue: 0o644)
            if let old = try? FileDescriptor.open("rules", [.pathOnly, .noFollow], in: folder).status() {
                mode = old.mode
                if old.group != CurrentProcess.effectiveGroup { try file.setGroup(old.group) }
            }
            try file.setMode(mode)
            return file
        } catch { throw .system(.open, path: path, error) }
    }

    private func perform(
        _ call: SystemCall,
        _ path: ByteString,
        _ body: () throws(Errno) -> Void
    ) throws(UpdateError) {
        do throws(Errno) { try body() } catch { throw .system(call, path: path, error) }
    }
}
