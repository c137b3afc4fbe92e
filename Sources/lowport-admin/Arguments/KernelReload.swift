// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing

/// The state of the kernel engine, as a command that changes the rules finds it.
enum KernelForWriters {
    /// Nothing is enforced.
    case off
    case enabled
    /// The kernel enforces a policy, or may enforce one, that cannot be changed.
    case unreachable(EnforcementError)

    static func find() -> KernelForWriters {
        do throws(EnforcementError) { return try KernelEngine.isEnabled() ? .enabled : .off } catch {
            return .unreachable(error)
        }
    }

    /// The errors of the future policy that prevent a change which may allow more or free a principal.
    static func errors(inTheWayOf content: [UInt8]) -> [PolicyError] {
        guard case .enabled = find() else { return [] }
        return PolicyReading.ofSystem(isHeld: true, insteadOfMain: content).errors
    }
}

extension RulesTransaction {
    /// Replaces the text of the rules file `before` by that of `change`, and loads the policy into the kernel, if the
    /// kernel enforces one.
    ///
    /// A change that may widen is made everywhere or nowhere: if the policy has errors, or the kernel does not accept
    /// it, the file is as it was before. A change that narrows is made wherever possible, and never undone. No error
    /// frees a principal.
    /// - Returns: a closure to call after the change has been reported, which reports the rest and returns the exit
    ///   status; nil if everything is done.
    func put(_ change: RulesChange, insteadOf before: RulesFile, _ effect: RulesEffect) throws -> (() -> ExitCode)? {
        switch (KernelForWriters.find(), effect) {
        case (.off, _):
            try put(change)
            return nil
        case (.unreachable(let error), .widens):
            let status = error.reported()
            printError("nothing is changed")
            throw status
        case (.unreachable(let error), .narrows):
            try put(change)
            return { [path = place.path] in error.reportedAfterNarrowing(of: path) }
        case (.enabled, _) where change.isEmpty && KernelEngine.isCurrent:
            return nil
        case (.enabled, .widens): return try widen(change, insteadOf: before)
        case (.enabled, .narrows): return try narrow(change)
        }
    }

    private func put(_ change: RulesChange) throws {
        if change.isEmpty { return }
        try reporting { () throws(UpdateError) in try install(change.content) }
    }

    private func widen(_ change: RulesChange, insteadOf before: RulesFile) throws -> (() -> ExitCode)? {
        if !change.isEmpty, place == .main {
            let errors = KernelForWriters.errors(inTheWayOf: change.content)
            if !errors.isEmpty { throw reportErrors(errors, "the rules have errors; nothing is changed") }
        }
        try put(change)
        do throws(EnforcementError) {
            let outcome = try KernelEngine.reload(.refused) { .ofSystem(isHeld: true) }
            if change.isEmpty { ChangeLog.write(outcome) }
            return outcome.isWhole ? nil : { outcome.reported() }
        } catch {
            let status = error.reported()
            if !change.isEmpty { takeBack(change, to: before) }
            throw status
        }
    }

    /// Restores the file, unless another process has changed it in the meantime.
    private func takeBack(_ change: RulesChange, to before: RulesFile) {
        do throws(UpdateError) {
            guard try current().content == change.content else { return }
            try install(before.content)
            printError("the rules are as they were before")
        } catch {
            printError("lowport: nor could \(before.path) be brought back to what it was")
            ChangeLog.write(change, isWhole: false)
        }
        // If one half of the kernel engine has taken the new policy, it gets the old one again.
        _ = try? KernelEngine.reload(.narrowed) { .ofSystem(isHeld: true) }
    }

    private func narrow(_ change: RulesChange) throws -> (() -> ExitCode)? {
        try put(change)
        do throws(EnforcementError) {
            let outcome = try KernelEngine.reload(.narrowed) { .ofSystem(isHeld: true) }
            return outcome.isWhole ? nil : { outcome.reported() }
        } catch {
            return { [path = place.path] in error.reportedAfterNarrowing(of: path) }
        }
    }
}

/// Loads the policy into the kernel, if the kernel enforces an older one, for a command that has nothing to change.
func bringUpToDate() throws {
    switch KernelForWriters.find() {
    case .off: return
    case .unreachable(let error): throw error.reported()
    case .enabled:
        if KernelEngine.isCurrent { return }
        let outcome = try enforcing { () throws(EnforcementError) in
            try KernelEngine.reload(.refused) { .ofSystem() }
        }
        ChangeLog.write(outcome)
        if !outcome.isWhole { throw outcome.reported() }
    }
}

/// Prints the errors and their consequence, and returns the exit status.
func reportErrors(_ errors: [PolicyError], _ what: ByteString, details: [ByteString] = []) -> ExitCode {
    failure(
        what,
        details: errors.map(\.message) + details.map { Message($0) },
        hint: errors.contains { $0.isInFiles } ? "lowport check" : nil,
        status: Status.badRules
    )
}

extension KernelEngine.Outcome {
    /// Whether there is nothing to report.
    var isWhole: Bool { reading.errors.isEmpty && shortfalls.isEmpty && !isStale }

    /// Reports, after a change was made, what is wrong, and returns the exit status.
    func reported() -> ExitCode {
        if !reading.errors.isEmpty {
            let allowNothing: ByteString = "but the rules have errors: files with errors allow nothing, and "
            if wasEnabled {
                let what: ByteString = "the change is made, \(allowNothing)confined users stay confined"
                return reportErrors(reading.errors, what, details: shortfalls)
            }
            guard let reason = reading.unknownPast else {
                let what: ByteString = "enabled, \(allowNothing)the users that they confined stay confined"
                return reportErrors(reading.errors, what, details: shortfalls)
            }
            return reportErrors(
                reading.errors,
                "enabled, \(allowNothing)only confine lines that could be read are in force: it is not known who else was confined before (\(reason))",
                details: shortfalls
            )
        }
        if let first = shortfalls.first {
            for other in shortfalls.dropFirst() { printError("lowport: \(other)") }
            return failure("the kernel has the policy, but \(first)", status: Status.system)
        }
        // The kernel confines no process, so the change has no effect on any.
        printError("note: \(EnforcementError.stale)")
        return ExitCode.success
    }
}

extension ChangeLog {
    /// Writes that the kernel has got the policy.
    static func write(_ outcome: KernelEngine.Outcome) {
        let what: ByteString =
            outcome.wasEnabled ? "the policy in the kernel is replaced" : "the kernel engine is enabled"
        write(what, isWhole: outcome.isWhole)
    }
}

extension EnforcementError {
    /// Reports that the kernel does not have a change of the file at `path` that takes permissions away, and returns the
    /// exit status.
    fileprivate func reportedAfterNarrowing(of path: ByteString) -> ExitCode {
        let status = reported()
        printError("\(path) is changed, but the kernel still enforces the old policy")
        return status
    }
}
