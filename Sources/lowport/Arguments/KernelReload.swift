// SPDX-License-Identifier: Apache-2.0
internal import KernelPolicy
internal import Linux
internal import PortPolicy

/// What becomes of a change of the rules if the kernel does not take it, or if other files have errors.
enum KernelFailure {
    /// It is taken back: a rule that was added is in force everywhere or nowhere.
    case undo
    /// It stays: what was taken away is not given back because the kernel still allows it.
    case stay
}

/// Brings the rules into the kernel after `change`, if the kernel enforces them.
/// - Parameters:
///   - before: the text of the rules file before the change, for one that is undone.
///   - failure: what becomes of the change if the kernel does not take it.
func bringIntoKernel(_ change: RulesChange, before: [UInt8], ifItFails failure: KernelFailure) throws {
    guard KernelEngine.isEnabled else { return }
    do throws(EnforcementError) {
        try KernelEngine.reload(.ofSystem(), names: SystemPolicyNames(), acceptsErrors: failure == .stay)
    } catch {
        // Nobody attached means nobody to bring up to date: the group is gone, or `enable` did not get to its end.
        switch error {
        case .notEnabled, .stale: return
        default: break
        }
        let status = error.reported()
        switch (failure, error) {
        case (.undo, _):
            _ = try? RuleStore.system.update { file in
                file.content == change.content
                    ? RulesChange(removed: change.added, added: change.removed, content: before)
                    : RulesChange(content: file.content)
            }
            note("the rules are as they were before")
        case (.stay, .enforcedWithErrors): note("the change is in force, in the kernel as well")
        case (.stay, _): note("the rules are changed, but the kernel still enforces what it had before")
        }
        throw status
    }
}
