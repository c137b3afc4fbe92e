// SPDX-License-Identifier: Apache-2.0
import Linux
import Testing

@testable import Netcat

@Suite struct ArgumentScannerTests {
    private func parts(_ arguments: ByteString...) throws(UsageError) -> [ArgumentScanner.Part] {
        var scanner = ArgumentScanner(arguments, rules: Option.rules(.openbsd))
        var parts: [ArgumentScanner.Part] = []
        while let part = try scanner.next() { parts.append(part) }
        return parts
    }

    @Test func clusters() throws {
        #expect(
            try parts("-lvnp", "4444") == [
                .option(.listen, value: ""), .option(.verbose, value: ""), .option(.noNames, value: ""),
                .option(.sourcePort, value: "4444"),
            ]
        )
        #expect(try parts("-zvw1") == parts("-z", "-v", "-w", "1"))
        #expect(try parts("-p-") == [.option(.sourcePort, value: "-")])
    }

    @Test func permutes() throws {
        #expect(
            try parts("host", "-v", "80", "-w", "1") == [
                .operand("host"), .option(.verbose, value: ""), .operand("80"), .option(.timeout, value: "1"),
            ]
        )
        #expect(
            try parts("-v", "--", "-n", "--udp") == [.option(.verbose, value: ""), .operand("-n"), .operand("--udp")]
        )
        #expect(try parts("-") == [.operand("-")])
    }

    @Test func words() throws {
        #expect(try parts("--listen", "--source-port=80") == parts("-l", "-p", "80"))
        #expect(try parts("--source-port", "80", "--liste") == parts("-p", "80", "-l"))
        #expect(try parts("--source", "a") == parts("-s", "a"))
        #expect(try parts("--wait=") == [.option(.timeout, value: "")])
    }

    @Test(
        arguments: [
            (["-Q"], "invalid option -- 'Q'"),
            (["-lQ"], "invalid option -- 'Q'"),
            (["-p"], "option requires an argument -- 'p'"),
            (["--source-port"], "option '--source-port' requires an argument"),
            (["--udp=1"], "option '--udp' takes no argument"),
            (["--nothing"], "unrecognized option '--nothing'"),
            (["--no"], "ambiguous option '--no'"),
        ] as [([ByteString], ByteString)]
    )
    func faults(_ arguments: [ByteString], _ message: ByteString) {
        var scanner = ArgumentScanner(arguments, rules: Option.rules(.openbsd))
        #expect(throws: UsageError(message: message, showsUsage: true)) {
            while try scanner.next() != nil {}
        }
    }

    @Test(arguments: [Dialect.openbsd, .ncat]) func everyLetterAndWordIsUnique(_ dialect: Dialect) {
        let rules = Option.rules(dialect)
        let letters = rules.compactMap(\.letter)
        let words = rules.compactMap(\.word)
        #expect(Set(letters).count == letters.count)
        #expect(Set(words).count == words.count)
    }
}
