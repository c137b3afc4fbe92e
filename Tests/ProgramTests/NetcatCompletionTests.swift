// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What bash offers behind `nc`, which is what the help says.
@Suite struct NetcatCompletionTests {
    /// What is offered for the last of `words`.
    private func completions(_ words: ByteString...) async throws -> [ByteString] {
        let script = """
            . "$COMPLETION"
            complete -p nc netcat >/dev/null || exit
            _lowport_nc "$NC" "${@: -1}" "${@: -2:1}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """ as ByteString
        let outcome = try await run(
            "bash",
            ["--norc", "-c", script, "bash", "nc"] + words,
            environment: [
                "NC": Products.path("nc"), "COMPLETION": "\(Release.repository)/Packaging/completions/nc.bash",
            ]
        )
        #expect(outcome.status == 0, "\(outcome)")
        return outcome.output.split(on: 0x0A).filter { !$0.isEmpty }
    }

    @Test func `every option of the help is offered`() async throws {
        let help = try await run(Products.path("nc"), ["--help"])
        let lines = help.output.split(on: 0x0A).filter { $0.hasPrefix("  -") || $0.hasPrefix("      --") }
        let names = lines.flatMap { line in
            line.bytes.split(separator: 0x20).prefix { $0.first == UInt8(ascii: "-") }
                .map { ByteString($0.filter { $0 != UInt8(ascii: ",") }) }
        }
        #expect(names.count > 80)
        let offered = try await completions("-")
        #expect(Set(names) == Set(offered))
        #expect(offered.contains("--ssl-trustfile") && offered.contains("-p"))
    }

    @Test func `a value is offered as the help names it`() async throws {
        #expect(try await completions("--sour") == ["--source-port", "--source"])
        #expect(try await completions("--stats", "") == ["text", "json"])
        #expect(try await completions("--proxy-type", "socks4") == ["socks4", "socks4a"])
        #expect(try await completions("-X", "4") == ["4", "4a"])
        #expect(try await completions("-o", "/etc/passw").contains("/etc/passwd"))
        #expect(try await completions("-e", "tru").contains("true"))
        #expect(try await completions("-p", "").isEmpty)
    }
}
