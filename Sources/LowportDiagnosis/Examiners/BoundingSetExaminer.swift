// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux

/// The bounding set, which limits what files can give (capabilities(7)).
struct BoundingSetExaminer: Examiner {
    static let role = Role.circumstance

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        let process = context.process
        if !process.isRunning, let program = context.program,
            let missing = program.vainRequest(startedBy: process.credentials)
        {
            let names = ByteString(joining: missing.map(\.byteString), with: ",")
            let text: ByteString =
                "\(program.path) cannot be started: its file relies on \(names), outside the bounding set"
            return [Finding(.boundingSet, .blocks, text)]
        }
        if process.credentials.bounding.contains(.netBindService) { return [] }
        return [Finding(.boundingSet, .informs, "it lacks CAP_NET_BIND_SERVICE: no file can give it")]
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard findings.isBlocked(by: .boundingSet), let program = context.program else { return [] }
        if findings.hasWay {
            return [
                Remedy(
                    .unblock,
                    ShellCommand(["sudo", "setcap", "-r", ShellCommand.operand(program.path)]),
                    "lets it start here, without any capability"
                )
            ]
        }
        if context.unit != nil || context.requester.name == nil { return [] }
        return [
            Remedy(
                .deliver,
                context.ambientStart,
                "starts it from outside, where the bounding set is whole, with the capability for every low port"
            )
        ]
    }
}
