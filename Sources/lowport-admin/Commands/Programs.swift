// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportDiagnosis
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing
internal import LowportPolicyInventory
internal import LowportPrograms

/// `lowport programs`.
struct Programs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let programs keep capabilities when they are upgraded.",
        discussion: """
            An upgrade replaces the file of a program, and the new one has no capability.
            Lines in /etc/lowport/programs and /etc/lowport/programs.d/*.programs say which
            capabilities a program keeps: see lowport.programs(5). `lowport grant --keep`
            writes them.

            EXAMPLES
              sudo lowport grant --program /usr/bin/node --keep
              sudo lowport programs enable
              lowport programs status
            """,
        subcommands: [ProgramsApply.self, ProgramsStatus.self, ProgramsEnable.self, ProgramsDisable.self]
    )
}

/// `lowport programs apply`.
struct ProgramsApply: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Give programs the capabilities that they are declared to keep.",
        discussion: """
            Nothing is taken away. A program that cannot be trusted, or is not what its
            package or its line says, gets none; the others get theirs.
            """
    )

    @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Say what would change, and change nothing.")
    var isDryRun = false

    @Flag(name: .shortAndLong, help: "Say nothing unless something fails.")
    var quiet = false

    @Flag(help: "Write JSON (schema lowport.kept/1).")
    var json = false

    func run() throws { try Self.apply(isDryRun: isDryRun, quiet: quiet, json: json) }

    /// Applies the declarations and reports it.
    static func apply(isDryRun: Bool = false, quiet: Bool, json: Bool = false) throws {
        if !isDryRun, CurrentProcess.effectiveUser != .root {
            throw failure(
                "cannot give capabilities: only root may",
                hint: "run it as root, with sudo",
                status: Status.notPermitted
            )
        }
        let contents = ProgramsStore.system.load()
        let results = KeptProgramsUpdate(isDryRun: isDryRun).run(contents)
        if json {
            try printJSON(KeptAnswer(results, contents, isDryRun: isDryRun))
        } else if !quiet {
            let given = results.filter { $0.outcome == .given }.map { KeptProgramsUpdate.line($0.program) }
            try printOut(RulesChange(added: given), isDryRun: isDryRun)
        }
        try report(results, contents, quiet: quiet)
    }

    /// Reports what could not be done, and throws the status of the worst.
    private static func report(
        _ results: [KeptProgramsUpdate.Result],
        _ contents: ProgramsStore.Contents,
        quiet: Bool
    ) throws {
        var status = contents.hasErrors ? Status.badRules : .success
        for error in contents.diagnostics { printError(message: error.asMessage) }
        for result in results {
            switch result.outcome {
            case .kept, .given: break
            case .absent where quiet: break
            case .absent: printError("note: \(result.location): \(result.program.path) is not there")
            case .refused(let reason):
                printError("\(result.location): \(result.program.path) \(reason)")
                if status == .success { status = Status.configuration }
            case .failed(let error):
                printError("\(result.location): cannot give \(result.program.path) its capabilities: \(error.sentence)")
                status = Status.system
            }
        }
        if status != .success { throw status }
    }
}

/// `lowport programs status`.
struct ProgramsStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the programs that keep capabilities, and which of them lack theirs.",
        discussion: "Ends with 1 if a program lacks what it is to keep, or a file has an error."
    )

    @Flag(help: "Write JSON (schema lowport.kept/1).")
    var json = false

    func run() throws {
        let contents = ProgramsStore.system.load()
        let answer = KeptAnswer(contents)
        if json { try printJSON(answer) } else { try print(answer, contents) }
        if !answer.isSound { throw Status.no }
    }

    private func print(_ answer: KeptAnswer, _ contents: ProgramsStore.Contents) throws {
        var table = Table(headings: ["PROGRAM", "KEEPS", "STATE", "BY"])
        for (program, location) in contents.programs {
            table.append([program.path, program.capabilitiesText, program.state.text, location.byteString])
        }
        var lines =
            table.isEmpty ? [Line("no program keeps capabilities" as Message)] : table.lines(fitting: .standardOutput)
        lines += contents.diagnostics.map { Line($0.asMessage, .error) }
        lines.append(Line("after upgrades: \(answer.watchText)" as ByteString))
        try printOut(lines: lines)
    }
}
