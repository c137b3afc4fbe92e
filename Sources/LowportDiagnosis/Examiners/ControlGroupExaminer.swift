// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Programs in the kernel that are attached to the control group, as by `SocketBindDeny=` of
/// systemd.resource-control(5).
struct ControlGroupExaminer: Examiner {
    static let role = Role.circumstance

    /// Whether this very bind is refused, and not by the kernel engine, which other findings report.
    var refusesBind = false

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard let error = context.sandboxError, error != .permissionDenied,
            !context.process.credentials.hasSeccompFilter
        else { return [] }
        let binds: ByteString = refusesBind ? "the bind" : "some binds of the port"
        let text: ByteString = "a program in the kernel, of the control group, refuses \(binds): \(error.sentence)"
        return [Finding(.controlGroup, refusesBind ? .blocks : .informs, text)]
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        findings.isBlocked(by: .controlGroup) ? [SandboxProbe.escape(context)] : []
    }
}

extension ControlGroupExaminer {
    init(lookingAt context: BindContext) {
        guard context.kernel == .off, let error = context.sandboxError, error != .permissionDenied else { return }
        refusesBind = SandboxProbe.error(of: context.request, at: context.request.address) == error
    }
}
