// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing
internal import LowportPrograms

/// `lowport grant`.
struct Grant: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Allow a user or a group to bind ports.",
        discussion: """
            Adds a rule to /etc/lowport/rules. What is allowed already stays unchanged.
            With --program, only that program is allowed: its file counts, which only
            root may be able to change, and not its name. If no user, group or --everyone
            is given, the file also gets the capability cap_net_bind_service, and a line
            that confines it to its rules; that needs the kernel engine. Without ports,
            the file gets the capability alone, for every port. With --keep, it keeps
            the capability after upgrades: lowport.programs(5).

            EXAMPLES
              sudo lowport grant 80 443 --user web
              sudo lowport grant domain --group dns --protocol any
              sudo lowport grant 1-1023 --user dev --on 127.0.0.0/8,::1
              sudo lowport grant 25 --user mail --for 2h --comment 'migration'
              sudo lowport grant 80,443 --program /usr/sbin/nginx
              sudo lowport grant --program /usr/bin/caddy --keep
            """
    )

    @OptionGroup var request: RuleOptions

    @Option(
        help: ArgumentHelp("When it ends: 2031-12-31, 'tomorrow 18:00'.", valueName: "time"),
        transform: TimestampArgument.parse
    )
    var until: TimestampArgument?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long it lasts: 90s, 30m, 2h, 7d, 1w.", valueName: "duration"),
        transform: DurationArgument.parse
    )
    var duration: DurationArgument?

    @Option(help: ArgumentHelp("A comment to write after the rule.", valueName: "text"))
    var comment: BytesArgument?

    @Flag(help: "With --program: even without the kernel engine.")
    var everyPort = false

    @Flag(help: "With --program: keep the capability after upgrades.")
    var keep = false

    @OptionGroup var editing: EditingOptions

    func validate() throws {
        if keep, request.capableProgram == nil, !request.isWholeProgram {
            throw ValidationError("--keep is for --program without a user or a group")
        }
        if everyPort, !request.isWholeProgram {
            throw ValidationError("--every-port is for --program with ports, without a user or a group")
        }
        if keep, everyPort { throw ValidationError("--keep and --every-port exclude each other") }
        if request.capableProgram != nil, request.narrows || until != nil || duration != nil || comment != nil {
            throw ValidationError("--program is for every port, address and time, and has no comment")
        }
        if until != nil, duration != nil { throw ValidationError("--until and --for exclude each other") }
        if let comment, !comment.bytes.isVisible {
            throw ValidationError("a comment is one line of text, without characters that are not seen")
        }
    }

    func run() throws {
        if let program = request.capableProgram { return try grant(program) }
        let end = until?.time ?? duration.map { Timestamp(rawValue: WallClock.seconds + $0.seconds) }
        if let end, end.rawValue <= WallClock.seconds {
            throw failure("the time \(end) has passed", status: Status.usage)
        }
        var program: ByteString?
        if request.isWholeProgram, let name = request.program?.bytes {
            let file = try ProgramGrant(name, followLinks: request.follow)
            try file.refuseIfOthersMayChange()
            program = try file.pathForRule()
            if !everyPort { try refuseWithoutEngine(file.path) }
        }
        let rule = Rule(
            try principal(),
            request.transports ?? .tcp,
            request.ports.ranges,
            on: request.prefixes,
            until: end
        )
        if let program { return try grant(rule, to: program) }
        let elsewhere = RuleStore.system.load().rules.files.flatMap(\.rules).first { $0.rule.covers(rule) }
        if let elsewhere {
            if !editing.isDryRun { try bringUpToDate() }
            if editing.json { return try editing.report(RulesChange()) }
            if !editing.quiet {
                try printOut("unchanged: \(rule) (allowed by \(elsewhere.location))")
                for note in RuleNotes.about(rule) { printError(note) }
            }
            return
        }
        _ = try editing.make(.widens) { file in file.adding(rule, comment: comment?.bytes) }
        if !editing.quiet { for note in RuleNotes.about(rule) { printError(note) } }
    }

    /// Without the kernel engine, nothing confines the capability.
    private func refuseWithoutEngine(_ path: ByteString) throws {
        if let engine = EngineState.current(), engine.holdsHere { return }
        throw failure(
            "the kernel engine is not enabled here: the capability would let every user of \(path) bind every low port",
            hint: "sudo lowport enforce enable; or add --every-port, or --everyone for a rule without the capability",
            status: Status.unavailable
        )
    }

    /// Writes the rule and the confinement, and then gives the capability, so that it is never unconfined; all of it or
    /// nothing.
    private func grant(_ rule: Rule, to program: ByteString) throws {
        let file = try ProgramGrant(program, followLinks: false)
        let line = keep ? try KeptLine.line(for: program) : nil
        var change = try editing.make(.widens, reports: false) {
            $0.adding(rule, .program(program), comment: comment?.bytes)
        }
        let isNew: Bool
        var kept = RulesChange()
        do {
            try ConfinedPrograms().refuseErrors()
            if let line { kept = try KeptLine.keep(line, isDryRun: editing.isDryRun) }
            isNew = try file.give(isDryRun: editing.isDryRun)
        } catch {
            if !editing.isDryRun { KeptLine.undo(kept) }
            if !change.isEmpty, !editing.isDryRun {
                _ = try editing.make(in: .any, nil, reports: false) { now in
                    RulesChange(removed: change.added, content: now.without(change.added))
                }
                printError("the rules are as they were before")
            }
            throw error
        }
        change.removed += kept.removed
        change.added += kept.added + (isNew ? [file.line] : [])
        try editing.report(change)
        if !editing.isDryRun { ChangeLog.write(kept) }
        if isNew, !editing.isDryRun { try file.record(isGiven: true) }
        if editing.quiet { return }
        for note in line.map(Self.notes(about:)) ?? [] { printError(note) }
        for warning in file.startWarnings { printError(warning) }
        if let warning = EngineState.current().flatMap(Self.warning(about:)) { printError(warning) }
        if EngineState.current()?.holdsHere != true {
            printError("warning: every user of \(program) may bind every low port until lowport enforce enable")
        }
    }

    /// An engine for a single control group confines the program nowhere else.
    private static func warning(about engine: EngineState) -> ByteString? {
        guard engine.cgroup != "/" else { return nil }
        return
            "warning: outside of the control group \(engine.cgroup), nothing confines the program: the capability is for every port there"
    }

    /// What a line of lowport.programs(5) does not do by itself.
    private static func notes(about line: KeptProgram) -> [ByteString] {
        var notes: [ByteString] = []
        if case .content = line.origin {
            notes.append(
                "note: \(line.path) belongs to no package: it keeps the capability with the content of now alone"
            )
        }
        if !UpgradeWatch.isEnabled {
            notes.append("hint: to give it back after each upgrade: sudo lowport programs enable")
        }
        return notes
    }

    private func principal() throws -> Principal {
        let identity = try request.grantee.existingPrincipal()
        guard let program = request.program?.bytes else { return identity }
        let file = try ProgramGrant(program, followLinks: request.follow)
        try file.refuseIfOthersMayChange()
        if !editing.quiet, let resolution = file.resolution { printError("note: \(resolution)") }
        return .program(try file.pathForRule(), of: identity)
    }

    private func grant(_ program: ByteString) throws {
        let file = try ProgramGrant(program, followLinks: request.follow)
        try file.refuseIfOthersMayChange()
        if !editing.quiet, let resolution = file.resolution { printError("note: \(resolution)") }
        // A file that has replaced a confined one is confined before it gets the capability.
        let confined = ConfinedPrograms()
        try confined.refuseErrors()
        let isConfined = confined.line(of: try file.identity) != nil
        if !editing.isDryRun, isConfined { try bringUpToDate() }
        let line = keep ? try KeptLine.line(for: file.path) : nil
        let kept = try line.map { try KeptLine.keep($0, isDryRun: editing.isDryRun) } ?? RulesChange()
        let isNew: Bool
        do { isNew = try file.give(isDryRun: editing.isDryRun) } catch {
            if !editing.isDryRun { KeptLine.undo(kept) }
            throw error
        }
        try editing.report(RulesChange(removed: kept.removed, added: kept.added + (isNew ? [file.line] : [])))
        if !editing.isDryRun {
            ChangeLog.write(kept)
            try file.record(isGiven: true, isChange: isNew)
        }
        if editing.quiet { return }
        for note in line.map(Self.notes(about:)) ?? [] { printError(note) }
        if isConfined, let engine = EngineState.current(), engine.holdsHere {
            for warning in file.startWarnings { printError(warning) }
            if let warning = Self.warning(about: engine) { printError(warning) }
            return
        }
        for warning in file.warnings(isKept: keep) { printError(warning) }
        printError("hint: for single ports and users: lowport grant PORT --user NAME")
    }
}
