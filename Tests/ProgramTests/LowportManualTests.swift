// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// Every verb and every option of the tool is in the manual, in the help and in the completions.
@Suite struct LowportManualTests {
    /// What `--experimental-dump-help` says of a command.
    private struct Command: Decodable {
        let commandName: String
        let discussion: String?
        let arguments: [Argument]?
        let subcommands: [Command]?

        /// The options, as they are typed, without those that every verb has; those of the verbs below it as well.
        var options: [String] {
            let names = (arguments ?? []).flatMap { $0.names ?? [] }
            let own = names.map { ($0.kind == "short" ? "-" : "--") + $0.name }
            let inner: [String] = (subcommands ?? []).flatMap(\.options)
            return own.filter { !["-h", "--help", "--version"].contains($0) } + inner
        }

        /// The command line up to each option that takes one value, for it and those below it.
        func singleOptions(behind words: [String] = []) -> [[String]] {
            let words = words + [commandName]
            let own = (arguments ?? []).filter { $0.kind == "option" && !$0.isRepeating }.flatMap { $0.names ?? [] }
            return own.map { words + ["--" + $0.name] }
                + (subcommands ?? []).flatMap { $0.singleOptions(behind: words) }
        }

        /// Whether it becomes a program of its own, which takes the options and has a manual that is tested with it.
        var becomesProgram: Bool { ["run", "forward"].contains(commandName) }
    }

    private struct Argument: Decodable {
        let kind: String
        let isRepeating: Bool
        let names: [Name]?
    }

    private struct Name: Decodable {
        let kind: String
        let name: String
    }

    private struct Dump: Decodable { let command: Command }

    private func verbs() async throws -> [Command] {
        let dump = try await run(Products.path("lowport"), ["--experimental-dump-help"])
        let command = try JSONDecoder().decode(Dump.self, from: Data(dump.output.bytes)).command
        let verbs = (command.subcommands ?? []).filter { $0.commandName != "help" }
        #expect(verbs.count >= 11)
        return verbs
    }

    private func manual(_ name: String) throws -> String {
        try String(contentsOfFile: "\(Release.repository)/Documentation/man/\(name)", encoding: .utf8)
    }

    /// The manual of a verb: section 8 if it is for the administrator, 1 if it is for everybody.
    private func manual(of verb: Command) throws -> String {
        let names = ["8", "1"].map { "lowport-\(verb.commandName).\($0)" }
        let name = names.first {
            FileManager.default.fileExists(atPath: "\(Release.repository)/Documentation/man/\($0)")
        }
        return try manual(name ?? names[0])
    }

    @Test("Every verb has a manual with its options") func everyVerbHasAManualWithItsOptions() async throws {
        let overview = try manual("lowport.8")
        for verb in try await verbs() {
            #expect(overview.contains("\n.It Cm \(verb.commandName)\n"), "\(verb.commandName)")
            let page = try manual(of: verb)
            if verb.becomesProgram { continue }
            #expect(page.contains("Cm \(verb.commandName)"))
            let explained = page.split(separator: "\n").filter { $0.hasPrefix(".It Fl ") }.joined(separator: " ") + " "
            for option in verb.options {
                let written = option.hasPrefix("--") ? "\\-\(option.dropFirst(2))" : String(option.dropFirst())
                #expect(explained.contains("Fl \(written) "), "\(verb.commandName) \(option)")
            }
        }
    }

    @Test("No manual explains an option that is not there") func noManualExplainsAnOptionThatIsNotThere() async throws {
        for verb in try await verbs() where !verb.becomesProgram {
            let lines = try manual(of: verb).split(separator: "\n")
            for line in lines where line.hasPrefix(".It Fl ") {
                for part in line.dropFirst(4).components(separatedBy: "Fl ").dropFirst() {
                    let name = part.split(separator: " ")[0]
                    let option = name.hasPrefix("\\-") ? "--\(name.dropFirst(2))" : "-\(name)"
                    #expect(verb.options.contains(option), "\(verb.commandName) \(option)")
                }
            }
        }
    }

    @Test("Every verb has examples") func everyVerbHasExamples() async throws {
        for verb in try await verbs() {
            #expect(verb.discussion?.contains("EXAMPLES\n") == true, "\(verb.commandName)")
        }
    }

    @Test("Completions have every option", arguments: ["bash", "zsh", "fish"])
    func completionsHaveEveryOption(_ shell: ByteString) async throws {
        let outcome = try await run(Products.path("lowport"), ["--generate-completion-script", shell])
        #expect(outcome.status == 0)
        let script = outcome.output.description
        for verb in try await verbs() {
            #expect(script.contains(verb.commandName))
            for option in verb.options {
                // fish has the dashes apart.
                let name = option.drop { $0 == "-" }
                let fish = option.hasPrefix("--") ? "-l '\(name)'" : "-s '\(name)'"
                #expect(script.contains(shell == "fish" ? fish : option), "\(verb.commandName) \(option)")
            }
        }
    }

    /// zsh takes a colon in a command for the end of it.
    @Test("Commands of completions suit zsh") func commandsOfCompletionsSuitZsh() async throws {
        let outcome = try await run(Products.path("lowport"), ["--generate-completion-script", "zsh"])
        let commands = outcome.output.description.components(separatedBy: "(f)\"$(").dropFirst()
            .compactMap { $0.components(separatedBy: ")\"}").first }
        #expect(commands.contains { $0.hasPrefix("getent passwd") })
        for command in commands { #expect(!command.contains(":"), "\(command)") }
    }

    /// What bash offers behind `words`, of which the last is being typed.
    private func completions(_ words: [String]) async throws -> [String] {
        let script = """
            compopt() { :; }
            . <("$LOWPORT" --generate-completion-script bash)
            COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " "))) COMP_CWORD=\(words.count - 1)
            COMP_LINE="${COMP_WORDS[*]}" COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
            _lowport lowport "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let outcome = try await run(
            "bash",
            ["--norc", "-c", ByteString(script)],
            environment: ["LOWPORT": Products.path("lowport")]
        )
        return outcome.output.description.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test("Completes users groups services and verbs") func completesUsersGroupsServicesAndVerbs() async throws {
        #expect(try await completions(["lowport", "rev"]) == ["revoke"])
        #expect(try await completions(["lowport", "grant", "80", "--user", "roo"]) == ["root"])
        #expect(try await completions(["lowport", "grant", "80", "--group", "roo"]) == ["root"])
        #expect(try await completions(["lowport", "grant", "doma"]).contains("domain"))
        #expect(try await completions(["lowport", "list", "--user", "roo"]) == ["root"])
        #expect(try await completions(["lowport", "grant", "--proto"]) == ["--protocol"])
    }

    @Test("No option with one value is given twice") func refusesEveryOptionThatIsGivenTwice() async throws {
        let lines = try await verbs().flatMap { $0.singleOptions() }
        #expect(lines.count > 20)
        for line in lines {
            let option = line[line.count - 1]
            let words = (line + ["1", option + "=2"]).map { ByteString($0) }
            let outcome = try await run(Products.path("lowport"), words)
            let error = ByteString("lowport: \(option) is given twice; it takes one value\n")
            #expect(outcome == Outcome(status: 64, output: "", errors: error), "\(line)")
        }
    }
}
