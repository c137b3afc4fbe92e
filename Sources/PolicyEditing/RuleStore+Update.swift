// SPDX-License-Identifier: Apache-2.0
public import Linux
public import PortPolicy

/// Why the rules could not be changed.
public enum UpdateError: Error {
    /// The rules file is not to be trusted or could not be read.
    case refused(RuleStore.ReadError)
    /// The rules file has errors, or would have: it is not touched before they are mended.
    case invalid(RulesFile)
    /// A system call failed while the file at `path` was written.
    case system(SystemCall, path: ByteString, Errno)
    /// The copy that an editor left is none that can be read.
    case draft(RuleStore.ReadError)
    /// Somebody else is changing the rules, and the caller does not want to wait.
    case busy
}

extension RuleStore {
    /// What the change is computed from.
    public enum Original: Sendable {
        /// A file without errors; one that has some is left alone.
        case valid
        /// Whatever is there, since all of it is replaced.
        case any
    }

    /// Computes what `change` would do to the rules file, and writes nothing.
    public func preview(
        of original: Original = .valid,
        _ change: (RulesFile) -> RulesChange
    ) throws(UpdateError) -> RulesChange {
        let file: RulesFile
        do throws(ReadError) {
            let directory = try openDirectory()
            file = try read("rules", in: directory, path: Self.mainPath)
        } catch { file = try Self.emptyFile(insteadOf: error) }
        return try Self.compute(change, from: file, original)
    }

    /// Changes the rules file so that a reader, or a machine that stops, sees the old text or the new and nothing else.
    ///
    /// Mode and group stay as they were.
    /// - Parameters:
    ///   - original: what the change is computed from.
    ///   - mayWait: asked once if somebody else is changing the rules; false gives up.
    ///   - change: computes the change from what is there now.
    public func update(
        of original: Original = .valid,
        mayWait: () -> Bool = { true },
        _ change: (RulesFile) -> RulesChange
    ) throws(UpdateError) -> RulesChange {
        let transaction = try RulesTransaction(self, mayWait: mayWait)
        let result = try transaction.compute(from: transaction.current(), original, change)
        if !result.isEmpty { try transaction.install(result.content) }
        _ = consume transaction
        return result
    }

    /// Holds the rules for an edit of any length; throws `UpdateError.busy` if somebody else does.
    /// - Parameter mayWait: asked once if somebody else is changing the rules; true waits for them.
    public func beginEditing(mayWait: () -> Bool = { false }) throws(UpdateError) -> RulesTransaction {
        try RulesTransaction(self, mayWait: mayWait)
    }

    /// An empty file, if the reason for having none is that there is none.
    static func emptyFile(insteadOf refusal: ReadError) throws(UpdateError) -> RulesFile {
        guard refusal.isAbsence else { throw .refused(refusal) }
        return RulesFile(path: mainPath, content: [])
    }

    fileprivate static func compute(
        _ change: (RulesFile) -> RulesChange,
        from file: RulesFile,
        _ original: Original
    ) throws(UpdateError) -> RulesChange {
        guard file.isValid || original == .any else { throw .invalid(file) }
        let result = change(file)
        let updated = RulesFile(path: file.path, content: result.content)
        guard updated.isValid else { throw .invalid(updated) }
        return result
    }

    /// Opens the directory of the rules, and makes it in the one above, once that has been checked, if it is missing.
    func openDirectoryForWriting() throws(UpdateError) -> FileDescriptor {
        do throws(ReadError) { return try openDirectory() } catch {
            guard error.isAbsence else { throw .refused(error) }
        }
        do throws(ReadError) {
            let parent = try openDirectory(Self.directories.dropLast())
            do throws(Errno) {
                try parent.makeDirectory("lowport", mode: FileMode(rawValue: 0o755))
                try parent.synchronize()
            } catch {
                if error != .fileExists { throw ReadError(path: "/etc/lowport", reason: .failure(error)) }
            }
            return try openDirectory()
        } catch { throw .refused(error) }
    }
}

extension RulesTransaction {
    /// Computes what `change` does to the rules file `file`, which is left alone if it has errors, or would have.
    public func compute(
        from file: RulesFile,
        _ original: RuleStore.Original,
        _ change: (RulesFile) -> RulesChange
    ) throws(UpdateError) -> RulesChange {
        try RuleStore.compute(change, from: file, original)
    }
}
