// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// What `grant` and `revoke` have in common: how the rules file is changed and how that is told.
struct EditingOptions: ParsableArguments {
    @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Say what would change, and change nothing.")
    var isDryRun = false

    @Flag(name: .shortAndLong, help: "Say nothing unless something fails.")
    var quiet = false

    /// Changes the rules file, or says why that is not possible.
    func apply(_ change: (RulesFile) throws(AddressesNotSeparable) -> RulesChange) throws -> RulesChange {
        do throws(UpdateError) {
            return isDryRun ? try RuleStore.system.preview(change) : try RuleStore.system.update(change)
        } catch { throw error.reported() }
    }

    /// Says what became different.
    func report(_ change: RulesChange) throws {
        if quiet && !isDryRun { return }
        if change.isEmpty { return try say("unchanged") }
        let tense: ByteString = isDryRun ? "would be " : ""
        for line in change.removed { try say("\(tense)removed: \(line)") }
        for line in change.added { try say("\(tense)added: \(line)") }
    }
}

extension UpdateError {
    /// Says what went wrong, and returns the status to end with.
    fileprivate func reported() -> ExitCode {
        switch self {
        case .refused(let refusal):
            if case .failure(let error) = refusal.reason, error == .permissionDenied || error == .notPermitted {
                return notPermitted(refusal.path, error)
            }
            return failure("\(refusal)", hint: "lowport check", status: Status.configuration)
        case .invalid(let file):
            for error in file.errors { note("\(file.path):\(error)") }
            return failure("\(file.path) has faults and grants nothing; it is not changed", status: Status.badRules)
        case .notSeparable(let rule):
            return failure(
                "cannot take some addresses out of: \(rule)",
                hint: "revoke it without --on, then grant the addresses that should stay",
                status: Status.usage
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
