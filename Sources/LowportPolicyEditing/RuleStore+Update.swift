// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy

/// Why the rules could not be changed.
package enum UpdateError: Error {
    /// The rules file is not trusted or could not be read.
    case refused(RuleStore.ReadError)
    /// The rules file has errors, or would have; it is not changed until they are corrected.
    case invalid(RulesFile)
    /// A system call failed while the file at `path` was written.
    case system(SystemCall, path: ByteString, Errno)
    /// The copy that an editor left cannot be read.
    case draft(RuleStore.ReadError)
    /// Another process is changing the file at the path, or one beside it, and the caller does not want to wait.
    case busy(ByteString)
}

extension RuleStore {
    /// The text that a change may start from.
    package enum Original: Sendable {
        /// A file without errors; a file with errors is not changed.
        case valid
        /// Any text, because all of it is replaced.
        case any
    }

    /// Computes what `change` would do to the rules file, without writing anything.
    package func preview(
        of original: Original = .valid,
        at place: RulesPlace = .main,
        _ change: (RulesFile) -> RulesChange
    ) throws(UpdateError) -> RulesChange {
        let file: RulesFile
        do throws(ReadError) {
            let above = try openDirectory()
            if case .extra(let name) = place {
                let directory = try openDirectory("rules.d", in: above, path: Self.extraPath)
                file = try read(name, in: directory, path: place.path)
            } else {
                file = try read(place.name, in: above, path: place.path)
            }
        } catch { file = try Self.emptyFile(insteadOf: error, at: place) }
        return try Self.compute(change, from: file, original)
    }

    /// Changes the rules file atomically: a reader, or a machine that crashes, sees either the old or the new text.
    ///
    /// Mode and group are kept.
    /// - Parameters:
    ///   - original: the text that the change may start from.
    ///   - mayWait: called once if another process is changing the rules; false gives up.
    ///   - change: computes the change from the current text.
    package func update(
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

    /// Holds the rules for an edit of any length; throws `UpdateError.busy` if another process holds them.
    /// - Parameter mayWait: called once if another process is changing the rules; true waits for that process.
    package func beginEditing(mayWait: () -> Bool = { false }) throws(UpdateError) -> RulesTransaction {
        try RulesTransaction(self, mayWait: mayWait)
    }

    /// An empty file if `refusal` says that there is none; otherwise throws `refusal`.
    static func emptyFile(insteadOf refusal: ReadError, at place: RulesPlace) throws(UpdateError) -> RulesFile {
        guard refusal.isAbsence else { throw .refused(refusal) }
        return RulesFile(path: place.path, content: [])
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

    /// Opens the directory of the rules; if it is missing, checks the directory above and creates it there.
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
    /// Computes what `change` does to the rules file `file`, which is not changed if it has errors, or would have.
    package func compute(
        from file: RulesFile,
        _ original: RuleStore.Original,
        _ change: (RulesFile) -> RulesChange
    ) throws(UpdateError) -> RulesChange {
        try RuleStore.compute(change, from: file, original)
    }
}
