// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What `lowport explain` shows on terminals of 80 and 120 columns, and without a terminal: LowportListScreenTests has tables.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ScreenWidthTests {
    private static let faulty = [
        80: """
          note  rules  does not count: /etc/lowport/rules.d/web-server.rules:3:1: found
                       "alow", expected "allow" or "confine"; did you mean "allow"?; all
                       errors: lowport check
        """,
        120: """
          note  rules  does not count: /etc/lowport/rules.d/web-server.rules:3:1: found "alow", expected "allow" or "confine";
                       did you mean "allow"?; all errors: lowport check
        """,
        0: """
          note  rules  does not count: /etc/lowport/rules.d/web-server.rules:3:1: found "alow", expected "allow" or "confine"; \
        did you mean "allow"?; all errors: lowport check
        """,
    ]

    /// 0 columns are no terminal.
    @Test(arguments: faulty.keys.sorted()) func `an explanation`(_ columns: Int) async throws {
        let outcome = try await Sandbox.run(
            """
            printf '%s\\n' 'allow user alice tcp 80,443' 'allow user bob any 514' 'alow user bob tcp 81' \\
                > /etc/lowport/rules.d/web-server.rules
            PATH=/mnt/bin:$PATH command='lowport explain 80 --user bob --program /mnt/bin/nc'
            if [ \(columns) = 0 ]; then $command | cat
            else TERM=dumb script -qec "stty cols \(columns); $command" /dev/null | tr -d '\\r'; fi
            """
        )
        #expect(
            outcome.output.description == """
                user bob cannot bind tcp 80: no rule and no file of authbind allows it, and /mnt/bin/nc has no file capabilities

                  no    rules  no rule allows tcp 80 to user bob
                \(try #require(Self.faulty[columns]))
                  yes   reach  lowport run and authbind reach it
                  (8 usual findings left out; --verbose shows all)

                to make it work:
                  1. sudo lowport grant 80 --user bob
                         lets this user have this port, and nothing else
                  2. lowport run /mnt/bin/nc
                         runs it under Lowport

                """
        )
    }
}
