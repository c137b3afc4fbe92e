// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Landlock and other security modules, whose error comes before all others.
struct LandlockExaminer: Examiner {
    static let role = Role.circumstance

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        if context.sandboxError == .permissionDenied {
            let bind: ByteString = "\(context.transportName) \(context.request.port)"
            let text: ByteString = "Landlock, or another security module, keeps this process from binding \(bind)"
            return [Finding(.landlock, .blocks, text)]
        }
        let process = context.process
        guard process.isRunning, process.credentials.hasNoNewPrivileges, !process.isUnderBroker else { return [] }
        return [
            Finding(
                .landlock,
                .informs,
                "the kernel does not report whether the process has restricted itself with Landlock"
            )
        ]
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        findings.isBlocked(by: .landlock) ? [SandboxProbe.escape(context)] : []
    }
}
