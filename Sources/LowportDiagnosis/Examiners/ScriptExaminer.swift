// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Scripts, whose own capabilities do not count (execve(2)).
struct ScriptExaminer: Examiner {
    static let role = Role.circumstance

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard !context.process.isRunning, let program = context.program else { return [] }
        let scripts = program.scripts.map { script in
            Finding(.script, .informs, "\(script) is a script: what counts is \(program.path), which runs it")
        }
        let capable = program.scriptsWithCapabilities.map { script in
            Finding(
                .script,
                .refuses,
                "file capabilities of a script have no effect: \(script)",
                reason: .init(
                    .likely,
                    "the file capabilities of \(script) have no effect: it is a script, run by \(program.path)"
                )
            )
        }
        return scripts + capable
    }
}
