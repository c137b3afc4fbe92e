// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux

/// The command-line tool of administrators and users.
struct Lowport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lowport",
        abstract: "Let ordinary programs bind the privileged ports that you allow, and no others.",
        discussion: """
            EXAMPLES
              sudo lowport grant 80 443 --user web    allow it
              lowport run node server.js              use it, as user web
              lowport list                            see who may bind what
              sudo lowport revoke 80 --user web       take it back

            Rules are lines in /etc/lowport/rules: see lowport(8) and lowport.rules(5).
            """,
        version: Lowport.versionText,
        subcommands: [
            Grant.self, Revoke.self, List.self, Check.self, Apply.self, Edit.self, Programs.self, CanBind.self,
            Explain.self,
            Doctor.self, ThresholdCommand.self, Enforce.self, Log.self, Metrics.self, Run.self, Forward.self,
        ]
    )

    /// The version of all programs of the package.
    static let versionText = "lowport \(ProjectVersion.current)"
}
