// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing

/// The options of all commands that change the rules: how the change is made and how it is reported.
struct EditingOptions: ParsableArguments {
    @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Say what would change, and change nothing.")
    var isDryRun = false

    @Flag(name: .shortAndLong, help: "Say nothing unless something fails.")
    var quiet = false

    @Flag(help: "Write JSON (schema lowport.change/1).")
    var json = false

    /// Changes the rules file, and the policy in the kernel if the kernel enforces one, and reports the change.
    /// - Parameters:
    ///   - original: `any` for a change that keeps nothing of the old text.
    ///   - effect: the direction of the change; nil to determine it.
    ///   - place: the file.
    ///   - reports: whether to report the change; otherwise the caller reports it, as a part of a larger one.
    ///   - collect: gets a change that was made in part, before its error is thrown; nil to report it at once.
    func make(
        in original: RuleStore.Original = .valid,
        _ effect: RulesEffect?,
        at place: RulesPlace = .main,
        reports: Bool = true,
        collect: ((RulesChange) -> Void)? = nil,
        _ change: (RulesFile) -> RulesChange
    ) throws -> RulesChange {
        if isDryRun {
            let change = try reporting { () throws(UpdateError) in
                try RuleStore.system.preview(of: original, at: place, change)
            }
            if reports { try report(change) }
            return change
        }
        let transaction = try reporting { () throws(UpdateError) in
            try RulesTransaction(.system, place: place, mayWait: { place.reportWaiting() })
        }
        let before = try reporting { () throws(UpdateError) in try transaction.current() }
        let made = try reporting { () throws(UpdateError) in
            try transaction.compute(from: before, original, change)
        }
        let after = RulesFile(path: before.path, content: made.content)
        let rest = try transaction.put(made, insteadOf: before, effect ?? RulesEffect(from: before, to: after))
        ChangeLog.write(made, isWhole: rest == nil)
        if let rest {
            if let collect {
                collect(made)
                throw rest()
            }
            if !json { try report(made) }
            let status = rest()
            // The error comes first: it is the answer.
            if json { try report(made) }
            throw status
        }
        if reports { try report(made) }
        return made
    }

    func report(_ change: RulesChange) throws {
        if json { return try printJSON(ChangeAnswer(change, isDryRun: isDryRun)) }
        if quiet && !isDryRun { return }
        try printOut(change, isDryRun: isDryRun)
        for note in RuleNotes.aboutPrograms(of: change) { printError(note) }
    }
}

/// Prints what changed, or would change, one line each.
func printOut(_ change: RulesChange, isDryRun: Bool = false) throws {
    if change.isEmpty { return try printOut("unchanged") }
    let tense: ByteString = isDryRun ? "would be " : ""
    let removed = change.removed.map { "\(tense)removed: \($0)" as ByteString }
    try printOut(lines: removed + change.added.map { "\(tense)added: \($0)" })
}

/// The change in JSON.
struct ChangeAnswer: Encodable {
    let schema = "lowport.change/1"
    let changed: Bool
    let dryRun: Bool
    let removed: [String]
    let added: [String]

    init(_ change: RulesChange, isDryRun: Bool) {
        changed = !change.isEmpty
        dryRun = isDryRun
        removed = change.removed.map(\.jsonText)
        added = change.added.map(\.jsonText)
    }
}

/// Runs `body` on the rules; an error is printed on standard error and becomes the exit status.
func reporting<Value: ~Copyable>(_ body: () throws(UpdateError) -> Value) throws -> Value {
    do throws(UpdateError) { return try body() } catch { throw error.reported() }
}

extension RulesPlace {
    /// Says that another process holds the file, or one beside it; returns that it is waited for.
    func reportWaiting() -> Bool {
        printError("lowport: waiting for another change of \(path)")
        return true
    }
}

extension UpdateError {
    /// Prints the error, and returns the exit status.
    fileprivate func reported() -> ExitCode {
        switch self {
        case .busy(let path):
            return failure(
                "cannot edit \(path): another process is changing it",
                hint: "try again when they are done",
                status: Status.system
            )
        case .refused(let refusal):
            if case .failure(let error) = refusal.reason, error == .permissionDenied || error == .notPermitted {
                return notPermitted(refusal.path, error)
            }
            return failure("\(refusal)", hint: "lowport check", status: Status.configuration)
        case .draft(let refusal):
            return failure(
                "the editor left no copy to read; nothing is changed",
                details: ["\(refusal)"],
                status: Status.system
            )
        case .invalid(let file):
            return failure(
                "\(file.path) has errors and grants nothing; it is not changed",
                details: file.errors.map { "\(file.path):\($0)" },
                hint: "sudo lowport edit",
                status: Status.badRules
            )
        case .system(_, let path, let error):
            if error == .permissionDenied || error == .notPermitted { return notPermitted(path, error) }
            return failure("cannot write \(path): \(error.sentence)", status: Status.system)
        }
    }

    private func notPermitted(_ path: ByteString, _ error: Errno) -> ExitCode {
        failure(
            "cannot change \(path): \(error.sentence)",
            hint: "run it as root, with sudo",
            status: Status.notPermitted
        )
    }
}
