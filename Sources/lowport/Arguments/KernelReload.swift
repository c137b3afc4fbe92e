// SPDX-License-Identifier: Apache-2.0
internal import KernelPolicy
internal import Linux
internal import PortPolicy

/// Brings the rules into the kernel after `change`, if the kernel enforces them.
///
/// If the kernel does not take them, the rules file becomes what it was, unless somebody else has changed it meanwhile: a
/// change is made everywhere or nowhere.
/// - Parameter before: the text of the rules file before the change.
func bringIntoKernel(_ change: RulesChange, before: [UInt8]) throws {
    guard KernelEngine.isEnabled else { return }
    do throws(EnforcementError) {
        try KernelEngine.reload(.ofSystem(), names: SystemPolicyNames())
    } catch {
        // Nobody attached means nobody to bring up to date: the group is gone, or `enable` did not get to its end.
        switch error {
        case .notEnabled, .stale: return
        default: break
        }
        let status = error.reported()
        _ = try? RuleStore.system.update { file in
            file.content == change.content
                ? RulesChange(removed: change.added, added: change.removed, content: before)
                : RulesChange(content: file.content)
        }
        note("the rules are as they were before")
        throw status
    }
}
