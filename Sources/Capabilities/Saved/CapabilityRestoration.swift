// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Why saved capabilities cannot be given back.
enum SavedFileError: Error, Hashable {
    /// The file with them cannot be read.
    case unreadable(ByteString, Errno)
    /// Somebody besides its owner may have written to it.
    case untrusted(ByteString)
    /// A link leads to it, or somebody else may have put it where it is.
    case misplaced(ByteString, NamedFileError)
    /// It is not what `getcap --save` writes.
    case malformed(ByteString, line: Int)
    /// Something stands against these files; nothing has been done.
    case refused([ByteString])
    /// A file could not be changed; what was done before has been undone, except for the files that are named.
    case interrupted(ByteString, Errno, notUndone: [ByteString])

    var text: Message {
        switch self {
        case .unreadable(let file, let error): return "setcap: cannot read '\(file)': \(error.sentence)\n"
        case .untrusted(let file):
            return
                "setcap: cannot trust '\(file)': it has to belong to root or to you, and nobody else may write to it\n"
        case .misplaced(let file, let reason): return "setcap: cannot trust '\(file)': \(reason.text)\n"
        case .malformed(let file, let line):
            return "setcap: '\(file)', line \(line): not what getcap --save writes\n"
        case .refused(let reasons):
            var text: Message = ""
            for reason in reasons { text += "setcap: \(reason)\n" }
            return text + "setcap: nothing was restored\n"
        case .interrupted(let file, let error, let notUndone):
            let reason = error == .staleFile ? "it was changed or exchanged in the meantime" : error.sentence
            var text: Message = "setcap: cannot restore '\(file)': \(reason)\n"
            for file in notUndone { text += "setcap: cannot undo the restoration of '\(file)'\n" }
            return text + (notUndone.isEmpty ? "setcap: nothing was restored\n" : "")
        }
    }
}

/// The giving back of saved capabilities: of all files or of none.
struct CapabilityRestoration {
    /// What happens to one file.
    struct Step {
        let path: ByteString
        let old: FileCapabilities?
        let new: FileCapabilities
        fileprivate let status: FileStatus

        /// Whether the file has its capabilities already.
        var isDone: Bool { old == new }
    }

    /// All that happens, in order.
    let steps: [Step]
    private let naming: FileNaming
    private let acceptsChanged: Bool

    /// Prepares the giving back of what is saved in the file at `path`: looks at every file, and changes none.
    /// - Parameters:
    ///   - path: the file of `getcap --save`.
    ///   - acceptsChanged: whether files are restored that are no longer what they were when they were saved.
    ///   - followsLinks: whether symbolic links are followed.
    init(
        savedIn path: ByteString,
        acceptsChanged: Bool,
        followsLinks: Bool = false
    ) throws(SavedFileError) {
        let naming = FileNaming(followsLinks: followsLinks)
        let entries = try Self.entries(savedIn: path, naming)
        var steps: [Step] = []
        var reasons: [ByteString] = []
        for entry in entries {
            do throws(NamedFileError) {
                if let step = try Self.step(for: entry, naming, acceptsChanged: acceptsChanged) {
                    steps.append(step)
                } else {
                    reasons.append("'\(entry.path)' has changed since it was saved; --changed restores it all the same")
                }
            } catch {
                var reason: ByteString = "cannot restore '\(entry.path)': \(error.text)"
                if case .link = error { reason += "; --follow restores what it leads to" }
                reasons.append(reason)
            }
        }
        if !reasons.isEmpty { throw .refused(reasons) }
        self.steps = steps
        self.naming = naming
        self.acceptsChanged = acceptsChanged
    }

    /// What is saved in the file at `path`.
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
            case .link, .weak: throw .misplaced(path, error)
            }
        }
        do {
            return try SavedCapabilities.entries(in: text)
        } catch {
            throw .malformed(path, line: error.line)
        }
    }

    /// What is to be done for `entry`; nil if the file has changed. The file is named once for all that is asked of it.
    private static func step(
        for entry: SavedCapabilities,
        _ naming: FileNaming,
        acceptsChanged: Bool
    ) throws(NamedFileError) -> Step? {
        let target = try naming.target(entry.path, isKnownAgain: !acceptsChanged)
        do throws(Errno) {
            let status = try target.status()
            if !acceptsChanged, try target.fingerprint() != entry.fingerprint { return nil }
            return Step(path: entry.path, old: try target.read(), new: entry.capabilities, status: status)
        } catch { throw .failure(error) }
    }

    /// Does it, and lets no signal interrupt it. Where a file cannot be changed, those before it get back what they had.
    func apply() throws(SavedFileError) {
        try CurrentProcess.holdingSignals { () throws(SavedFileError) in try applyInOneGo() }
    }

    private func applyInOneGo() throws(SavedFileError) {
        var done: [Step] = []
        for step in steps where !step.isDone {
            do {
                // A file that has several names has been changed here, if it was changed under another one.
                let isOwnChange = done.contains { $0.status.isOfSameFile(as: step.status) }
                try set(step.new, on: step, unchangedSince: isOwnChange ? nil : step.status.changed)
                done.append(step)
            } catch {
                let left = done.reversed().filter { (try? set($0.old, on: $0, unchangedSince: nil)) == nil }
                throw .interrupted(step.path, error, notUndone: left.map { $0.path })
            }
        }
    }

    /// Changes the very file that was looked at; ESTALE is thrown if another has come into its place, or if it is no longer
    /// what it was at the time `moment`.
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

    /// Names the file as it was named before. What stands against it now did not then.
    private func named(_ path: ByteString) throws(Errno) -> CapabilityTarget {
        do throws(NamedFileError) { return try naming.target(path, isKnownAgain: !acceptsChanged) } catch {
            guard case .failure(let error) = error else { throw .staleFile }
            throw error
        }
    }
}
