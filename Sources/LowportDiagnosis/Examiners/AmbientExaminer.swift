// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux
internal import LowportPolicy

/// The ambient set, which a started program inherits (capabilities(7)).
struct AmbientExaminer: Examiner {
    static let role = Role.way

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard !context.process.isRunning else { return [] }
        let isAmbient = context.process.credentials.ambient.contains(.netBindService)
        // Programs of root have the bounding set.
        if context.request.user == .root, !context.process.credentials.isRootOrdinary,
            !isAmbient || context.process.credentials.bounding.contains(.netBindService)
        {
            return []
        }
        guard isAmbient else { return [.usual(.ambient, .refuses, "CAP_NET_BIND_SERVICE is not in the ambient set")] }
        if !context.started.ambient.contains(.netBindService) {
            let text: ByteString =
                "CAP_NET_BIND_SERVICE is ambient, but programs lose it that are set-id or have file capabilities, even none"
            return [Finding(.ambient, .refuses, text, reason: .init(.strong, text))]
        }
        return [
            Finding(
                .ambient,
                context.process.effectOfCapabilities,
                "CAP_NET_BIND_SERVICE is in the ambient set, so that every program has it",
                reason: context.process.doCapabilitiesCount
                    ? .init(.likely, "CAP_NET_BIND_SERVICE is ambient here") : nil
            )
        ]
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard !context.process.isRunning, context.process.credentials.ambient.contains(.netBindService),
            let program = context.program, !context.started.isSetID, program.hasEmptyCapabilities
        else { return [] }
        return [
            Remedy(
                .suffice,
                ShellCommand(["sudo", "setcap", "-r", ShellCommand.operand(program.path)]),
                "removes the empty capabilities, because of which the program loses the ambient one"
            )
        ]
    }
}
