// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportDiagnosis
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory
internal import LowportPrograms

/// `lowport check`.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look for errors in the rules and in the authbind tree.",
        discussion: """
            Without FILE: the rules of this machine, with the owners and modes of the
            files and the directories above them, the files below /etc/authbind, and the
            programs that have the capability or lost it. With
            FILE: the text of the files alone, wherever they lie, so that they can be
            checked before they are put in place; a name that ends with .programs is that
            of a file of lowport.programs(5). Ends with 0 if there is no error and 1
            if there is one; warnings are not errors, unless --strict makes them so.

            With --programs: the programs below FILE, or anywhere, that have the capability
            cap_net_bind_service, the ports that they were seen binding, in the log and at
            this moment, and rules that confine them to these ports.

            EXAMPLES
              lowport check
              lowport check new.rules && sudo lowport apply new.rules --name new
              lowport check --strict --quiet || mail -s 'lowport check' root
              sudo lowport check --programs
            """
    )

    @Argument(help: "Rules files; - reads standard input. With --programs: where to look.", completion: .file())
    var files: [BytesArgument] = []

    @Flag(help: "List programs that have the capability, and propose rules for them.")
    var programs = false

    @Option(
        help: ArgumentHelp("With --programs: lines of `lowport log`, instead of the journal.", valueName: "file"),
        completion: .file()
    )
    var log: [BytesArgument] = []

    @Flag(help: "Count warnings as errors.")
    var strict = false

    @Flag(name: .shortAndLong, help: "Write only errors, no warnings and no summary.")
    var quiet = false

    @Flag(help: "Write JSON (schema lowport.check/1).")
    var json = false

    func validate() throws {
        if !programs, !log.isEmpty { throw ValidationError("--log goes with --programs") }
        if programs, quiet { throw ValidationError("--quiet and --programs exclude each other") }
    }

    func run() throws {
        if programs {
            return try CheckPrograms(
                directories: files.isEmpty ? ["/"] : files.map(\.bytes),
                logs: log.isEmpty ? nil : log.map(\.bytes),
                json: json,
                isStrict: strict
            ).run()
        }
        let now = Timestamp(rawValue: WallClock.seconds)
        let declarations = try files.filter { $0.bytes.hasSuffix(ProgramsStore.suffix) }
            .map { ProgramsFile(path: $0.bytes, content: try RulesFile(reading: $0.bytes).content) }
        let inventories =
            try files.isEmpty
            ? PolicySource.allCases.map { $0.inventory(at: now, doubts: .all) }
            : [SourceInventory(rules: read(), at: now, doubts: .all)]
        let programs = files.isEmpty ? ProgramHealth.diagnostics() : declarations.flatMap(\.diagnostics)
        // The directory of the rules is that of the programs as well.
        var known: Set<PolicyDiagnostic> = []
        let diagnostics = (inventories.flatMap(\.diagnostics) + programs).filter { known.insert($0).inserted }
        let hasErrors = diagnostics.contains { $0.isSerious || strict }
        if json {
            try printJSON(CheckAnswer(diagnostics, inventories, hasErrors: hasErrors))
        } else {
            let shown = diagnostics.filter { $0.isSerious || strict || !quiet }
            try printOut(
                lines: shown.map { $0.isSerious ? Line($0.asCompilerMessage, .error) : Line($0.asCompilerMessage) }
            )
            if !quiet, !hasErrors { try printOut(summary(of: inventories)) }
        }
        if hasErrors { throw Status.no }
    }

    private func read() throws -> RuleStore.Contents {
        var contents = RuleStore.Contents()
        let rules = files.filter { !$0.bytes.hasSuffix(ProgramsStore.suffix) }
        contents.files = try rules.map { try RulesFile(reading: $0.bytes) }
        return contents
    }

    private func summary(of inventories: [SourceInventory]) -> ByteString {
        func counted(_ number: Int, _ noun: ByteString) -> ByteString { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        let count = inventories.written
        return "\(counted(count.rules, "rule")) in \(counted(count.files, "file")): no errors"
    }
}

extension PolicyDiagnostic {
    /// `PATH:LINE:COLUMN: error: MESSAGE` or `warning:`, as compilers write it, so that editors find the place.
    fileprivate var asCompilerMessage: Message {
        let kind: ByteString = isSerious ? "error" : "warning"
        return "\(place): \(kind): \(message)"
    }
}

extension [SourceInventory] {
    /// The numbers of files and of rules in them.
    fileprivate var written: (files: Int, rules: Int) {
        reduce((0, 0)) { ($0.files + $1.count.files, $0.rules + $1.count.rules) }
    }
}

private struct CheckAnswer: Encodable {
    let schema = "lowport.check/1"
    let ok: Bool
    let files: Int
    let rules: Int
    let findings: [Finding]

    struct Finding: Encodable {
        let severity: String
        let file: String
        let line: Int?
        let column: Int?
        let message: String
    }

    init(_ diagnostics: [PolicyDiagnostic], _ inventories: [SourceInventory], hasErrors: Bool) {
        ok = !hasErrors
        (files, rules) = inventories.written
        findings = diagnostics.map {
            Finding(
                severity: $0.isSerious ? "fault" : "warning",
                file: $0.path.jsonText,
                line: $0.line,
                column: $0.column,
                message: $0.message.original.jsonText
            )
        }
    }
}
