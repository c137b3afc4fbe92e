// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux
internal import LowportPolicy

/// The capability that a process already has, or that root passes on.
struct ProcessExaminer: Examiner {
    static let role = Role.way

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        let credentials = context.process.credentials
        if context.process.isRunning {
            return [
                credentials.effective.contains(.netBindService)
                    ? Finding(
                        .process,
                        context.process.effectOfCapabilities,
                        "CAP_NET_BIND_SERVICE is in its effective set",
                        reason: reason(context, "it has CAP_NET_BIND_SERVICE")
                    ) : .usual(.process, .refuses, "CAP_NET_BIND_SERVICE is not in its effective set")
            ]
        }
        guard context.request.user == .root else { return [] }
        if credentials.isRootOrdinary, !credentials.ambient.contains(.netBindService) {
            let text: ByteString = "SECBIT_NOROOT is set, so that what root starts has no capabilities"
            return [Finding(.process, .refuses, text, reason: .init(.likely, text))]
        }
        if context.started.canBind {
            let text: ByteString = "root has CAP_NET_BIND_SERVICE"
            return [Finding(.process, context.process.effectOfCapabilities, text, reason: reason(context, text))]
        }
        if context.started.user != .root {
            let text: ByteString =
                "the program is set-user-ID \(context.started.user), and does without CAP_NET_BIND_SERVICE unless it raises it"
            return [Finding(.process, .refuses, text, reason: .init(.strong, text))]
        }
        return [Finding(.process, .refuses, "root lacks CAP_NET_BIND_SERVICE, which is outside the bounding set")]
    }

    private func reason(_ context: BindContext, _ text: ByteString) -> Finding.Reason? {
        context.process.doCapabilitiesCount ? .init(.likely, text) : nil
    }
}
