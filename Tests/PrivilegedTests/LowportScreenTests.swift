// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The screens besides those of list: on a terminal of 80 columns, with and without colour, and where there is none.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct LowportScreenTests {
    /// What `command` writes to a terminal.
    private func onTerminal(_ command: String, _ environment: String = "TERM=xterm NO_COLOR=1") async throws
        -> ByteString
    {
        let outcome = try await Sandbox.run(
            """
            cp $BIN/nc $T/server; setcap cap_net_bind_service=ep $T/server
            echo 'allow user alice tcp 80 on ::/0' > /etc/lowport/rules
            env -u NO_COLOR \(environment) script -qec 'stty cols 80; \(command)' /dev/null | tr -d '\\r'
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        return outcome.output
    }

    @Test("What is explained fits the terminal") func explainFitsTheTerminal() async throws {
        #expect(
            try await onTerminal("PATH=/mnt/bin:$PATH lowport explain 80 --user alice --program /mnt/work/server")
                == """
                user alice can bind tcp 80: /mnt/work/server has the file capability

                  yes   file   /mnt/work/server has cap_net_bind_service, for every low port
                  no    rules  no rule allows tcp 80 to user alice
                  note  rules  /etc/lowport/rules:1 is for ::/0 alone
                  (7 usual findings left out; --verbose shows all)

                """
        )
    }

    @Test("Long findings continue below") func longFindingsContinueBelow() async throws {
        let screen = try await onTerminal(
            "PATH=/mnt/bin:$PATH lowport explain 80 --verbose --user alice --program /mnt/bin/nc"
        )
        #expect(
            screen.description.hasPrefix(
                """
                user alice cannot bind tcp 80: /etc/lowport/rules:1 is for ::/0 alone

                  no    threshold  ports below 1024 need privilege in this network namespace
                  no    ambient    CAP_NET_BIND_SERVICE is not in the ambient set
                  no    file       /mnt/bin/nc has no file capabilities; replacing the file, as
                                   an upgrade does, removes them

                """
            )
        )
        #expect(
            screen.hasSuffix(
                """

                to make it work:
                  1. sudo lowport grant 80 --user alice
                         lets this user have this port, and nothing else
                  2. lowport run /mnt/bin/nc
                         runs it under Lowport

                """
            )
        )
    }

    @Test("A verdict that it does not work is red, and each finding has its colour") func everyStateHasItsColour()
        async throws
    {
        let command = "PATH=/mnt/bin:$PATH lowport explain 80 --user alice --program /mnt/bin/nc"
        let plain = try await onTerminal(command).description
        let colored = try await onTerminal(command, "TERM=xterm").description
        #expect(colored.hasPrefix("\u{1B}[31muser alice cannot bind tcp 80: "))
        #expect(colored.contains("\n\u{1B}[31m  no\u{1B}[m"))
        #expect(colored.contains("\n\u{1B}[33m  note\u{1B}[m"))
        #expect(colored.contains("\n\u{1B}[32m  yes\u{1B}[m"))
        #expect(colored.replacing(#/\u{1B}\[\d*m/#, with: "") == plain)
        #expect(try await onTerminal(command, "TERM=dumb").description == plain)
    }

    @Test("A verdict that it works is green") func aVerdictThatItWorksIsGreen() async throws {
        let command = "PATH=/mnt/bin:$PATH lowport explain 80 --user alice --program /mnt/work/server"
        let plain = try await onTerminal(command).description
        let verdict = String(plain.prefix { $0 != "\n" })
        #expect(verdict.contains("can bind"))
        let colored = try await onTerminal(command, "TERM=xterm").description
        #expect(colored.hasPrefix("\u{1B}[32m\(verdict)\u{1B}[m\n"))
        #expect(try await onTerminal(command, "TERM=dumb").description == plain)
    }

    @Test("Other screens fit the terminal") func otherScreensFitTheTerminal() async throws {
        for command in ["lowport doctor", "lowport check", "lowport threshold"] {
            let screen = try await onTerminal("PATH=/mnt/bin:$PATH \(command)")
            #expect(!screen.isEmpty && !screen.bytes.contains(0x1B))
            #expect(screen.split(on: UInt8(ascii: "\n")).allSatisfy { $0.count <= 80 }, "\(screen)")
        }
    }

    @Test("Without a terminal every finding is one line") func withoutATerminalEveryFindingIsOneLine() async throws {
        let outcome = try await Sandbox.run(
            "lowport explain 80 --verbose --user alice --program $BIN/nc | cat; lowport doctor | cat; lowport check | cat"
        )
        #expect(outcome.status == 0)
        #expect(!outcome.output.bytes.contains(0x1B))
        #expect(
            outcome.output.description.contains(
                "has no file capabilities; replacing the file, as an upgrade does, removes them\n"
            )
        )
    }
}
