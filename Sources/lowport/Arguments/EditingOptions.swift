// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// What the commands that change the rules have in common: how it is done and how that is told.
struct EditingOptions: ParsableArguments {
    @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Say what would change, and change nothing.")
    var isDryRun = false

    @Flag(name: .shortAndLong, help: "Say nothing unless something fails.")
    var quiet = false

    @Flag(help: "Write JSON (schema lowport.change/1).")
    var json = false

    /// Changes the rules file, or says why that is not possible.
    /// - Parameters:
    ///   - original: `any` for a change that leaves nothing of the old text.
    ///   - failure: what becomes of the change if the kernel does not take it.
    func apply(
        to original: RuleStore.Original = .valid,
        ifKernelFails failure: KernelFailure = .stay,
        _ change: (RulesFile) -> RulesChange
    ) throws -> RulesChange {
        var before: [UInt8] = []
        let change = try reporting { () throws(UpdateError) in
            if isDryRun { return try RuleStore.system.preview(of: original, change) }
            return try RuleStore.system.update(of: original, mayWait: noteWaiting) { file in
                before = file.content
                return change(file)
            }
        }
        if !isDryRun && !change.isEmpty { try bringIntoKernel(change, before: before, ifItFails: failure) }
        return change
    }

    private func noteWaiting() -> Bool {
        note("lowport: waiting for somebody else's change of \(RuleStore.mainPath)")
        return true
    }

    /// Says what became different.
    func report(_ change: RulesChange) throws {
        if json { return try sayJSON(ChangeAnswer(change, isDryRun: isDryRun)) }
        if quiet && !isDryRun { return }
        try say(change, isDryRun: isDryRun)
    }
}

/// Says what became different, or would become, a line each.
func say(_ change: RulesChange, isDryRun: Bool = false) throws {
    if change.isEmpty { return try say("unchanged") }
    let tense: ByteString = isDryRun ? "would be " : ""
    let removed = change.removed.map { "\(tense)removed: \($0)" as ByteString }
    try say(lines: removed + change.added.map { "\(tense)added: \($0)" })
}

/// What became different, in JSON.
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

/// Does something to the rules; what goes wrong is told on standard error, and becomes the status to end with.
func reporting<Value: ~Copyable>(_ body: () throws(UpdateError) -> Value) throws -> Value {
    do throws(UpdateError) { return try body() } catch { throw error.reported() }
}

extension UpdateError {
    /// Says what went wrong, and returns the status to end with.
    fileprivate func reported() -> ExitCode {
        switch self {
        case .busy:
            return failure(
                "cannot edit \(RuleStore.mainPath): somebody else is changing it",
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
                "\(file.path) has faults and grants nothing; it is not changed",
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
