// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import KernelPolicy
internal import Linux
internal import PolicyEditing
internal import PortPolicy

/// The kernel, as a command that changes the rules finds it.
enum KernelForWriters {
    /// Nothing is enforced.
    case off
    case enabled
    /// Something is, or may be, that cannot be changed.
    case unreachable(EnforcementError)

    static func find() -> KernelForWriters {
        do throws(EnforcementError) { return try KernelEngine.isEnabled() ? .enabled : .off } catch {
            return .unreachable(error)
        }
    }

    /// What keeps a change from being made that may allow more, or free somebody: errors of the policy as it would be.
    static func errors(inTheWayOf content: [UInt8]) -> [PolicyError] {
        guard case .enabled = find() else { return [] }
        return PolicyReading.ofSystem(isHeld: true, insteadOfMain: content).errors
    }
}

extension RulesTransaction {
    /// Puts the text of `change` in the place of the rules file `before`, and brings the policy into the kernel, if that enforces
    /// one.
    ///
    /// What may widen is made everywhere or nowhere: if the policy has errors, or the kernel does not take it, the file is what
    /// it was. What narrows is made wherever it can be, and never taken back. Nobody is freed by an error.
    /// - Returns: what is to be said when the change has been told, with the status to end with; nil if all of it is done.
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
            return { error.reportedAfterNarrowing() }
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
        if !change.isEmpty {
            let errors = KernelForWriters.errors(inTheWayOf: change.content)
            if !errors.isEmpty { throw reportErrors(errors, "the rules have errors; nothing is changed") }
        }
        try put(change)
        do throws(EnforcementError) {
            let outcome = try KernelEngine.reload(.refused) { .ofSystem(isHeld: true) }
            return outcome.isWhole ? nil : { outcome.reported() }
        } catch {
            let status = error.reported()
            if !change.isEmpty { takeBack(change, to: before) }
            throw status
        }
    }

    /// Makes the file what it was before, unless somebody else has changed it meanwhile.
    private func takeBack(_ change: RulesChange, to before: RulesFile) {
        do throws(UpdateError) {
            guard try current().content == change.content else { return }
            try install(before.content)
            printError("the rules are as they were before")
        } catch { printError("lowport: nor could \(before.path) be brought back to what it was") }
        // If one half of the kernel has taken the new policy, it gets the old one again.
        _ = try? KernelEngine.reload(.narrowed) { .ofSystem(isHeld: true) }
    }

    private func narrow(_ change: RulesChange) throws -> (() -> ExitCode)? {
        try put(change)
        do throws(EnforcementError) {
            let outcome = try KernelEngine.reload(.narrowed) { .ofSystem(isHeld: true) }
            return outcome.isWhole ? nil : { outcome.reported() }
        } catch {
            return { error.reportedAfterNarrowing() }
        }
    }
}

/// Brings the policy into the kernel, if that enforces an older one, for a command that has nothing to change.
func bringUpToDate() throws {
    switch KernelForWriters.find() {
    case .off: return
    case .unreachable(let error): throw error.reported()
    case .enabled:
        if KernelEngine.isCurrent { return }
        let outcome = try enforcing { () throws(EnforcementError) in
            try KernelEngine.reload(.refused) { .ofSystem() }
        }
        if !outcome.isWhole { throw outcome.reported() }
    }
}

/// Says which errors there are and what they lead to, and returns the status to end with.
func reportErrors(_ errors: [PolicyError], _ what: ByteString, details: [ByteString] = []) -> ExitCode {
    failure(
        what,
        details: errors.map(\.message) + details.map { Message($0) },
        hint: errors.contains { $0.isInFiles } ? "lowport check" : nil,
        status: Status.badRules
    )
}

extension KernelEngine.Outcome {
    /// Whether there is nothing to be said of it.
    var isWhole: Bool { reading.errors.isEmpty && shortfalls.isEmpty && !isStale }

    /// Says what is not as it should be, of a change that was made, and returns the status to end with.
    func reported() -> ExitCode {
        if !reading.errors.isEmpty {
            let what: ByteString =
                wasEnabled
                ? "the change is made, but the rules have errors: files with errors allow nothing, and whoever was confined stays so"
                : "enabled, but the rules have errors: files with errors allow nothing, and whom they confined before stays confined"
            return reportErrors(reading.errors, what, details: shortfalls)
        }
        if let first = shortfalls.first {
            for other in shortfalls.dropFirst() { printError("lowport: \(other)") }
            return failure("the kernel has the policy, but \(first)", status: Status.system)
        }
        // Nobody is held to anything, and so nobody to the change.
        printError("note: \(EnforcementError.stale)")
        return ExitCode.success
    }
}

extension EnforcementError {
    /// Says of a change that takes away that the kernel has not got it, and returns the status to end with.
    fileprivate func reportedAfterNarrowing() -> ExitCode {
        let status = reported()
        printError("\(RuleStore.mainPath) is changed, but the kernel still enforces the old policy")
        return status
    }
}
