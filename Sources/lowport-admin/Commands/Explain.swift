// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportDiagnosis
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// `lowport explain`.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say why a program may or may not bind a port.",
        discussion: """
            The answer comes first, then what was examined and what it said, then
            what would make it work: steps, and for each what can be done instead,
            the safest first. The bind is tried where that is possible, so that the
            port is taken for a moment.
            Ends with 0 if the bind works and 1 if it does not.

            EXAMPLES
              lowport explain 80
              lowport explain 80 --program ./server
              sudo lowport explain 53 --udp --user dns
              lowport explain 443 --pid 4711 --json
              lowport explain 80 -- nc -l 80
              lowport explain --unit site
            """
    )

    @Argument(
        help: "The port: a number or a service name; 80 and 443 without it, for --unit.",
        completion: .shellCommand("getent services | grep -o '^[a-zA-Z0-9_.+-]*'"),
        transform: PortList.parseOne
    )
    var port: PortList?

    @OptionGroup var transport: TransportOptions

    @Option(
        help: ArgumentHelp("The address to bind; 0.0.0.0 and :: without this.", valueName: "address"),
        transform: AddressArgument.parse
    )
    var on: AddressArgument?

    @Flag(name: .customLong("ipv6-only"), help: "With --on ::, a socket that takes no IPv4.")
    var isIPv6Only = false

    @Option(
        help: "Ask for this user, as after logging in.",
        completion: .shellCommand("getent passwd | grep -o '^[a-zA-Z0-9_.@-]*'")
    )
    var user: BytesArgument?

    @Option(help: ArgumentHelp("The program, a path or a name.", valueName: "file"), completion: .file())
    var program: BytesArgument?

    @Option(help: "Ask for a process that runs.", transform: NumberArgument.parse)
    var pid: Int32?

    @Option(
        help: ArgumentHelp("Ask for the program of a systemd service.", valueName: "name"),
        completion: .shellCommand("systemctl list-unit-files --type=service --no-legend | cut -d ' ' -f 1")
    )
    var unit: BytesArgument?

    @Flag(help: "Show every finding, also those that nearly every process has.")
    var verbose = false

    @Flag(help: "Write JSON (schema lowport.explain/1).")
    var json = false

    @Flag(help: "Write, in three lines at most, what a program lacks that was refused.")
    var hint = false

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("After --: the program and its arguments.", valueName: "command"),
        completion: .default
    )
    var command: [BytesArgument] = []

    func validate() throws {
        if !command.isEmpty, pid != nil || program != nil {
            throw ValidationError("a program after -- excludes --pid and --program")
        }
        if verbose, json || hint { throw ValidationError("--verbose excludes --json and --hint") }
        if hint, json || pid != nil { throw ValidationError("--hint excludes --json and --pid") }
        if pid != nil, user != nil || program != nil { throw ValidationError("--pid excludes --user and --program") }
        if unit != nil, pid != nil || user != nil || hint {
            throw ValidationError("--unit excludes --pid, --user and --hint")
        }
        if port == nil {
            if unit == nil { throw ValidationError("the port is missing") }
            if json { throw ValidationError("--json is for one port") }
        }
        _ = try transport.transport(of: port)
    }

    func run() throws {
        let answers = try (port.map { [$0.port] } ?? [80, 443]).map { ($0, try explanation(of: $0)) }
        for (index, (port, explanation)) in answers.enumerated() {
            if index > 0 { try printOut("") }
            if hint {
                try printOut(lines: hints(explanation, port))
            } else if json {
                try printJSON(ExplainAnswer(explanation))
            } else {
                try show(explanation)
            }
        }
        if answers.contains(where: { !$0.1.canBind }) { throw Status.no }
    }

    private func explanation(of port: Port) throws -> Explanation {
        let question = BindQuestion(
            unit.map { .unit($0.bytes) } ?? pid.map { .process($0) } ?? user.map { .user($0.bytes) } ?? .caller,
            program: command.first?.bytes ?? program?.bytes,
            arguments: command.dropFirst().map(\.bytes),
            transport: try transport.transport(of: self.port),
            address: on?.address,
            isDualStack: !isIPv6Only,
            port: port
        )
        do throws(BindQuestion.ResolutionError) {
            return hint ? try Explanation(ofRefused: question) : try Explanation(question)
        } catch { throw error.reported() }
    }

    /// Two remedies at most, and the command that explains everything.
    private func hints(_ explanation: Explanation, _ port: Port) -> [Line] {
        var lines = explanation.remedies.prefix(2).map { remedy in
            guard let command = remedy.command else { return Line(remedy.advice ?? remedy.effect) }
            return Line(remedy.isElsewhere ? "\(remedy.effect): \(command)" : "\(command)" as Message)
        }
        let isUDP = (try? transport.transport(of: self.port)) == .udp
        let place: [ByteString] = on.map { ["--on", "\($0.address)"] } ?? []
        let words: [ByteString] = ["lowport", "explain", "\(port)"] + (isUDP ? ["--udp"] : []) + place
        if let command = ShellCommand(words) { lines.append(Line("\(command)" as Message)) }
        return lines
    }

    private func show(_ explanation: Explanation) throws {
        try printOut(lines: [Line(explanation.verdict, explanation.canBind ? .success : .error), Line("" as Message)])
        let news = explanation.findings.filter { verbose || !$0.isUsual }
        let shown = news.isEmpty ? explanation.findings : news
        var table = Table()
        for finding in shown {
            let cells = ["  \(finding.effect.word)", ByteString(finding.subject.name), finding.text]
            table.append(cells, finding.effect.emphasis)
        }
        try printOut(lines: table.lines(fitting: .standardOutput))
        let rest = explanation.findings.count - shown.count
        if rest > 0 {
            let words: ByteString = rest == 1 ? "1 usual finding" : "\(rest) usual findings"
            try printOut("  (\(words) left out; --verbose shows all)")
        }
        if explanation.steps.isEmpty { return }
        try printOut(lines: ["", "to make it work:"])
        try printOut(lines: RemedyLines(explanation.steps).lines)
    }
}

extension Finding.Effect {
    /// The word before the finding.
    fileprivate var word: ByteString {
        switch self {
        case .allows: "yes"
        case .refuses: "no"
        case .blocks: "BLOCKED"
        case .informs: "note"
        }
    }

    fileprivate var emphasis: Line.Emphasis {
        switch self {
        case .allows: .success
        case .refuses, .blocks: .error
        case .informs: .note
        }
    }
}

extension BindQuestion.ResolutionError {
    /// Prints the error, and returns the exit status.
    fileprivate func reported() -> ExitCode {
        switch self {
        case .noSuchUser(let name):
            failure(
                "\(self)",
                hint: KnownNames().user(like: name).map { "did you mean \($0)?" },
                status: Status.usage
            )
        case .program(_, let error):
            failure(
                "\(self)",
                hint: error == .permissionDenied ? "ask as root, with sudo" : nil,
                status: Status.system
            )
        case .noProc, .process: failure("\(self)", status: Status.system)
        case .noSuchUnit:
            failure(
                "\(self)",
                hint: "systemctl list-unit-files --type=service",
                status: Status.usage
            )
        case .invalidUnit: failure("\(self)", status: Status.configuration)
        case .unreadableUnit(_, let error):
            error == .permissionDenied
                ? failure("\(self)", hint: "run it as root, with sudo", status: Status.notPermitted)
                : failure("\(self)", status: Status.system)
        }
    }
}

/// The answer in JSON.
private struct ExplainAnswer: Encodable {
    struct Finding: Encodable {
        let subject: String
        let effect: String
        let text: String
    }
    struct Remedy: Encodable {
        let step: Int
        let command: String
        let effect: String
        let dropIn: String?
    }

    let schema = "lowport.explain/1"
    let canBind: Bool
    let verdict: String
    let findings: [Finding]
    let remedies: [Remedy]
    let advice: [String]?

    init(_ explanation: Explanation) {
        canBind = explanation.canBind
        verdict = explanation.verdict.jsonText
        findings = explanation.findings.map {
            Finding(subject: $0.subject.name, effect: $0.effect.rawValue, text: $0.text.jsonText)
        }
        remedies = explanation.steps.enumerated().flatMap { number, step in
            step.compactMap { remedy in
                remedy.command.map {
                    Remedy(
                        step: number + 1,
                        command: $0.text.jsonText,
                        effect: remedy.effect.jsonText,
                        dropIn: remedy.dropIn
                    )
                }
            }
        }
        let advice = explanation.remedies.compactMap(\.advice)
        self.advice = advice.isEmpty ? nil : advice.map(\.jsonText)
    }
}
