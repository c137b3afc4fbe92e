// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux

/// `lowport check --programs`.
struct CheckPrograms {
    /// Where to look.
    let directories: [ByteString]
    /// The files with log lines; nil to ask the journal.
    let logs: [ByteString]?
    let json: Bool
    let isStrict: Bool

    func run() throws {
        guard CurrentProcess.effectiveUser == .root else {
            throw failure(
                "cannot look for programs: only root sees all files, processes and the log",
                hint: "run it as root, with sudo",
                status: Status.notPermitted
            )
        }
        if directories == ["/"], InheritedDescriptor.standardError.isTerminal {
            printError("note: looking at all files of this machine, which may take minutes; a directory is faster")
        }
        var unseen: [ByteString] = []
        var programs = CapableProgram.all(below: directories) { path, error in
            unseen.append("cannot look at \(path): \(error.sentence)")
        }
        let seen = try seenBinds(of: programs)
        for index in programs.indices {
            programs[index].seen = seen.binds(of: programs[index].path, programs[index].inode)
        }
        let engine = EngineState.current()
        try json ? printJSON(ProgramsAnswer(programs, engine)) : print(programs, engine)
        if !unseen.isEmpty {
            throw failure(
                "not all files could be looked at",
                details: unseen.map { Message($0) },
                status: Status.system
            )
        }
        if isStrict, programs.contains(where: { !$0.isHeld(by: engine) }) { throw Status.no }
    }

    // MARK: - What was seen

    private func seenBinds(of programs: [CapableProgram]) throws -> SeenBinds {
        var seen = SeenBinds()
        let files = programs.map { ($0.identity, $0.path) }
        seen.addSockets(of: Dictionary(files, uniquingKeysWith: { first, _ in first }))
        switch try seen.addWaitingEvents() {
        case .added: break
        case .notEnabled: printError("note: nothing is logged now, since the kernel engine is not enabled")
        case .readByAnother:
            printError("note: another process reads the log; what it wrote counts in the journal, or with --log")
        }
        for text in try logs?.map(read) ?? [journal()] {
            for line in text.split(on: UInt8(ascii: "\n")) where !line.isEmpty { seen.add(logLine: line) }
        }
        return seen
    }

    private func read(_ name: ByteString) throws -> ByteString {
        do throws(Errno) {
            if name == "-" { return ByteString(try InheritedDescriptor.standardInput.readToEnd(limit: Self.limit)) }
            return ByteString(try FileDescriptor.open(name, .readOnly).readToEnd(limit: Self.limit))
        } catch { throw failure("cannot read \(name): \(error.sentence)", status: Status.system) }
    }

    /// What `lowport-audit.service` has written; empty if this machine has no journal.
    private func journal() throws -> ByteString {
        if !Journalctl.exists { return "" }
        do throws(JournalError) {
            let program = try Journalctl.start(["--unit=lowport-audit.service", "--output=cat"])
            let text: [UInt8]
            do throws(Errno) { text = try program.output.readToEnd(limit: Self.limit) } catch { throw .system(error) }
            try Journalctl.finish(program)
            return ByteString(text)
        } catch { throw error.reported(hint: "name files with log lines: --log FILE") }
    }

    private static let limit = 256 << 20

    // MARK: - What is said

    private func print(_ programs: [CapableProgram], _ engine: EngineState?) throws {
        if programs.isEmpty { return try printOut("no program has cap_net_bind_service") }
        var table = Table(headings: ["PROGRAM", "SEEN BINDING", "MAY BIND"])
        for program in programs {
            table.append([program.path, program.seenText, program.reach(engine)])
        }
        var lines = table.lines(fitting: .standardOutput)
        let rules = programs.flatMap(\.rules)
        if !rules.isEmpty {
            lines += [Line("" as Message), Line("rules for what was seen, and no more:" as Message)]
            lines += rules.map { Line("  \($0)" as ByteString) }
            lines += [Line("" as Message), Line("to write them:" as Message)]
            let commands: [ShellCommand] =
                (engine?.holdsHere == true ? [] : ["sudo lowport enforce enable"]) + programs.flatMap(\.commands)
            lines += commands.map { Line(("  " as Message) + Message($0)) }
        }
        try printOut(lines: lines)
    }
}

private struct ProgramsAnswer: Encodable {
    let schema = "lowport.programs/1"
    /// Whether the kernel engine confines here.
    let enforced: Bool
    let programs: [Entry]

    struct Entry: Encodable {
        let file: String
        let confined: Bool
        let held: Bool
        let fault: String?
        let seen: [Seen]
        let rules: [String]
        let commands: [String]
    }

    struct Seen: Encodable {
        let `protocol`: String
        let port: UInt16
    }

    init(_ programs: [CapableProgram], _ engine: EngineState?) {
        enforced = engine?.holdsHere == true
        self.programs = programs.map { program in
            let binds = program.seen.map { Seen(protocol: $0.transport.name.description, port: $0.port.rawValue) }
            return Entry(
                file: program.path.jsonText,
                confined: program.isConfined,
                held: program.isHeld(by: engine),
                fault: program.fault?.jsonText,
                seen: binds.sorted { ($0.protocol, $0.port) < ($1.protocol, $1.port) },
                rules: program.rules.map(\.jsonText),
                commands: program.commands.map(\.text.jsonText)
            )
        }
    }
}
