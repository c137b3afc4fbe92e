// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `lowport enforce`.
struct Enforce: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let the kernel hold every process to the rules.",
        discussion: """
            Once it is enabled, a program binds the ports that the rules allow without a
            wrapper. See lowport-enforce(8).

            EXAMPLES
              sudo lowport enforce enable
              lowport enforce status
              sudo lowport enforce disable
            """,
        subcommands: [
            EnforceEnable.self, EnforceDisable.self, EnforceReload.self, EnforceStatus.self, EnforceShowProgram.self,
        ]
    )
}
