// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Why saved capabilities cannot be restored.
enum SavedFileError: Error, Hashable {
    /// The save file cannot be read.
    case unreadable(ByteString, Errno)
    /// A user other than the owner may have written to the save file.
    case untrusted(ByteString)
    /// A symbolic link leads to the save file, or another user may have put it in place.
    case misplaced(ByteString, NamedFileError)
    /// The save file is not in the format of `getcap --save`.
    case malformed(ByteString, line: Int)
    /// The reasons why files cannot be restored; nothing has been changed.
    case refused([ByteString])
    /// A file could not be changed; earlier changes have been undone, except for the files that are named.
    case interrupted(ByteString, Errno, notUndone: [ByteString])

    var text: Message {
        switch self {
        case .unreadable(let file, let error): return "setcap: cannot read '\(file)': \(error.sentence)\n"
        case .untrusted(let file):
            return
                "setcap: cannot trust '\(file)': it must belong to root or to you, and no other user may write to it\n"
        case .misplaced(let file, let reason): return "setcap: cannot trust '\(file)': \(reason.text)\n"
        case .malformed(let file, let line):
            return "setcap: '\(file)', line \(line): not what getcap --save writes\n"
        case .refused(let reasons):
            var text: Message = ""
            for reason in reasons { text += "setcap: \(reason)\n" }
            return text + "setcap: nothing was restored\n"
        case .interrupted(let file, let error, let notUndone):
            let reason: ByteString =
                error == .staleFile
                ? "it was opened for writing, changed or exchanged in the meantime" : error.sentence
            var text: Message = "setcap: cannot restore '\(file)': \(reason)\n"
            for file in notUndone { text += "setcap: cannot undo the restoration of '\(file)'\n" }
            return text + (notUndone.isEmpty ? "setcap: nothing was restored\n" : "")
        }
    }
}

/// The restoration of saved capabilities: of all files or of none.
struct CapabilityRestoration {
    /// The change of one file.
    struct Step {
        let path: ByteString
        let old: FileCapabilities?
        let new: FileCapabilities
        fileprivate let status: FileStatus

        /// Whether the file already has its capabilities.
        var isDone: Bool { old == new }
    }

    /// All steps, in order.
    let steps: [Step]
    /// The saved files that are gone and may be.
    let missing: [ByteString]
    private let naming: FileNaming
    private let acceptsChanged: Bool

    /// Prepares the restoration of what is saved in the file at `path`: examines every file, and changes none.
    /// - Parameters:
    ///   - path: the file that `getcap --save` wrote.
    ///   - acceptsChanged: whether to restore files that have changed since they were saved.
    ///   - acceptsMissing: whether to restore the other files if one is gone.
    ///   - followsLinks: whether symbolic links are followed.
    init(
        savedIn path: ByteString,
        acceptsChanged: Bool,
        acceptsMissing: Bool = false,
        followsLinks: Bool = false
    ) throws(SavedFileError) {
        let naming = FileNaming(followsLinks: followsLinks)
        let entries = try Self.entries(savedIn: path, naming)
        var steps: [Step] = []
        var missing: [ByteString] = []
        var reasons: [ByteString] = []
        for entry in entries {
            do throws(NamedFileError) {
                if let step = try Self.step(for: entry, naming, acceptsChanged: acceptsChanged) {
                    steps.append(step)
                } else {
                    reasons.append("'\(entry.path)' has changed since it was saved; --changed restores it all the same")
                }
            } catch {
                if acceptsMissing, error.isAbsence {
                    missing.append(entry.path)
                    continue
                }
                var reason: ByteString = "cannot restore '\(entry.path)': \(error.text)"
                if case .link = error { reason += "; --follow restores what it leads to" }
                reasons.append(reason)
            }
        }
        if !reasons.isEmpty { throw .refused(reasons) }
        self.steps = steps
        self.missing = missing
        self.naming = naming
        self.acceptsChanged = acceptsChanged
    }

    /// The entries that are saved in the file at `path`.
    static func entries(
        savedIn path: ByteString,
        _ naming: FileNaming
    ) throws(SavedFileError) -> [SavedCapabilities] {
        let text: ByteString
        do throws(NamedFileError) {
            text = try naming.readTrusted(path, limit: 64 << 20)
        } catch {
            switch error {
            case .failure(.notPermitted): throw .untrusted(path)
            case .failure(let error): throw .unreadable(path, error)
            case .link, .weak, .open: throw .misplaced(path, error)
            }
        }
        do {
            return try SavedCapabilities.entries(in: text)
        } catch {
            throw .malformed(path, line: error.line)
        }
    }

    /// The step for `entry`; nil if the file has changed. The path is resolved once for all checks.
    private static func step(
        for entry: SavedCapabilities,
        _ naming: FileNaming,
        acceptsChanged: Bool
    ) throws(NamedFileError) -> Step? {
        let target = try naming.target(entry.path, isKnownAgain: !acceptsChanged)
        // A process that may write to it now would change what was compared.
        let doubt: ByteString?
        do throws(Errno) { doubt = try target.doubtOfWriters() } catch { throw .failure(error) }
        if let doubt { throw .open(doubt) }
        do throws(Errno) {
            let status = try target.status()
            if !acceptsChanged, try target.fingerprint() != entry.fingerprint { return nil }
            return Step(path: entry.path, old: try target.read(), new: entry.capabilities, status: status)
        } catch { throw .failure(error) }
    }

    /// Makes the changes, uninterrupted by signals. If a file cannot be changed, the files before it get back their old
    /// capabilities.
    func apply() throws(SavedFileError) {
        try CurrentProcess.holdingSignals { () throws(SavedFileError) in try applyInOneGo() }
    }

    private func applyInOneGo() throws(SavedFileError) {
        var done: [Step] = []
        for step in steps where !step.isDone {
            do throws(Errno) {
                // A file with several names may have been changed by this restoration under another name.
                let isOwnChange = done.contains { $0.status.isOfSameFile(as: step.status) }
                if try named(step.path).doubtOfWriters() != nil { throw .staleFile }
                try set(step.new, on: step, unchangedSince: isOwnChange ? nil : step.status.changed)
                done.append(step)
            } catch {
                let left = done.reversed().filter { (try? set($0.old, on: $0, unchangedSince: nil)) == nil }
                throw .interrupted(step.path, error, notUndone: left.map { $0.path })
            }
        }
    }

    /// Changes exactly the file that was examined; throws ESTALE if another file has replaced it, or if it has changed
    /// since the time `moment`.
    private func set(
        _ capabilities: FileCapabilities?,
        on step: Step,
        unchangedSince moment: Int64?
    ) throws(Errno) {
        let target = try named(step.path)
        let status = try target.status()
        guard status.isOfSameFile(as: step.status), moment == nil || status.changed == moment else { throw .staleFile }
        if let capabilities { try target.write(capabilities) } else { try target.remove() }
    }

    /// Resolves the path as before. A link or a weakness found only now means that the file is not the same.
    private func named(_ path: ByteString) throws(Errno) -> CapabilityTarget {
        do throws(NamedFileError) { return try naming.target(path, isKnownAgain: !acceptsChanged) } catch {
            guard case .failure(let error) = error else { throw .staleFile }
            throw error
        }
    }
}
