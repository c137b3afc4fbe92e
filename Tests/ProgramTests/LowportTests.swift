// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// The command-line tool, as far as it can be tried without changing the machine.
@Suite struct LowportTests {
    private func lowport(_ arguments: ByteString..., input: ByteString = "") async throws -> Outcome {
        try await run(Products.path("lowport"), arguments, input: input)
    }

    @Test("Help fits the page", arguments: ["", "grant", "revoke", "list", "check", "explain", "run"])
    func helpFitsThePage(_ verb: String) async throws {
        let outcome = try await run(Products.path("lowport"), verb.isEmpty ? ["--help"] : [ByteString(verb), "--help"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let lines = outcome.output.split(on: UInt8(ascii: "\n"))
        #expect(lines.count <= 48)
        #expect(outcome.output.description.contains("EXAMPLES"))
    }

    @Test("Wrong usage is status 64") func wrongUsageIs64() async throws {
        for arguments in [
            ["grant"], ["grant", "80"], ["grant", "80", "--user", "root", "--everyone"], ["grant", "0", "--everyone"],
            ["grant", "65536", "--everyone"], ["grant", "90-80", "--everyone"],
            ["grant", "nosuchservice", "--everyone"],
            ["grant", "80", "--everyone", "--on", "eth0"], ["grant", "80", "--everyone", "--on", "127.0.0.1/8"],
            ["grant", "80", "--everyone", "--until", "yesterday"], ["grant", "80", "--everyone", "--for", "2x"],
            ["grant", "80", "--everyone", "--for", "2h", "--until", "2099-01-01T00:00:00Z"],
            ["grant", "80", "--everyone", "--until", "1999-01-01T00:00:00Z"],
            ["grant", "80", "--user", "no-such-user-here"], ["grant", "80", "--group", "no-such-group-here"],
            ["grant", "80", "--everyone", "--comment", "two\nlines"], ["revoke", "80"], ["nonsense"],
        ] as [[ByteString]] {
            let outcome = try await run(Products.path("lowport"), arguments)
            #expect(outcome.status == 64, "\(arguments)")
            #expect(!outcome.errors.isEmpty && outcome.output.isEmpty)
        }
    }

    @Test("Files are checked wherever they lie") func checksFilesWhereverTheyLie() async throws {
        let good = try await lowport("check", "/dev/stdin", input: "allow everyone tcp 80\n")
        #expect(good == Outcome(status: 0, output: "1 rule in 1 file: no errors\n"))
        let bad = try await lowport("check", "/dev/stdin", input: "allow everyone tcp 80\nallow everyone tpc 80\n")
        #expect(
            bad
                == Outcome(
                    status: 1,
                    output:
                        "/dev/stdin:2:16: error: found \"tpc\", expected a protocol (tcp, udp or any); did you mean \"tcp\"?\n"
                )
        )
        let warned = try await lowport(
            "check",
            "/dev/stdin",
            input: "allow user no-such-user-here tcp 80 on 0.0.0.0 until 1999-01-01T00:00:00Z\n"
        )
        #expect(warned.status == 0)
        for warning in ["there is no user no-such-user-here", "expired at", "for every address write 0.0.0.0/0"] {
            #expect(warned.output.description.contains("/dev/stdin:1: warning: "))
            #expect(warned.output.description.contains(warning))
        }
        let missing = try await lowport("check", "/nonexistent")
        #expect(
            missing
                == Outcome(
                    status: 71,
                    output: "",
                    errors: "lowport: cannot read /nonexistent: no such file or directory\n"
                )
        )
    }

    @Test("All programs have one version") func saysItsVersion() async throws {
        #expect(try await lowport("--version") == Outcome(status: 0, output: "lowport \(ProjectVersion.current)\n"))
        let netcat = try await run(Products.path("nc"), ["--version"])
        #expect(netcat == Outcome(status: 0, output: "nc (Lowport) \(ProjectVersion.current)\n"))
    }
}
