// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Filters of system calls (seccomp(2)).
struct SeccompExaminer: Examiner {
    static let role = Role.circumstance

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard context.process.credentials.hasSeccompFilter else { return [] }
        switch context.sandboxError {
        case nil where context.process.isUnderBroker, .permissionDenied: return []
        case nil:
            return [Finding(.seccomp, .informs, "a filter judges the system calls, and may refuse bind as well")]
        case let error?:
            return [Finding(.seccomp, .blocks, "a filter of system calls refuses bind: \(error.sentence)")]
        }
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        findings.isBlocked(by: .seccomp) ? [SandboxProbe.escape(context)] : []
    }
}
