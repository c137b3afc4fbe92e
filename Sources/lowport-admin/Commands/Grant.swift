// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PolicyEditing
internal import PolicyInventory
internal import PortPolicy

/// `lowport grant`.
struct Grant: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Allow a user or a group to bind ports.",
        discussion: """
            Adds a rule to /etc/lowport/rules. What is allowed already stays unchanged.
            With --program, only that program is allowed, for everybody or for a user or
            group; its file, and not its name, is what counts. Only root may be able to
            change the file and the directories that lead to it. Without ports, gives the
            file the capability cap_net_bind_service instead of a rule: for every port.

            EXAMPLES
              sudo lowport grant 80 443 --user web
              sudo lowport grant domain --group dns --protocol any
              sudo lowport grant 1-1023 --user dev --on 127.0.0.0/8,::1
              sudo lowport grant 25 --user mail --for 2h --comment 'migration'
              sudo lowport grant 80,443 --user web --program /usr/sbin/nginx
              sudo lowport grant --program /usr/local/bin/caddy
            """
    )

    @OptionGroup var request: RuleOptions

    @Option(help: ArgumentHelp("The time at which it ends, such as 2026-12-01T12:00:00Z.", valueName: "time"))
    var until: TimestampArgument?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long it lasts: 90s, 30m, 2h, 7d, 1w.", valueName: "duration")
    )
    var duration: DurationArgument?

    @Option(help: ArgumentHelp("A note that stands behind the rule.", valueName: "text"))
    var comment: BytesArgument?

    @OptionGroup var editing: EditingOptions

    func validate() throws {
        if request.capableProgram != nil, request.narrows || until != nil || duration != nil || comment != nil {
            throw ValidationError("--program is for every port, address and time, and has no comment.")
        }
        if until != nil, duration != nil { throw ValidationError("--until and --for exclude each other.") }
        if let comment, !comment.bytes.isVisible {
            throw ValidationError("A comment is one line of text, without characters that are not seen.")
        }
    }

    func run() throws {
        if let program = request.capableProgram { return try grant(program) }
        let end = until?.time ?? duration.map { Timestamp(rawValue: WallClock.seconds + $0.seconds) }
        if let end, end.rawValue <= WallClock.seconds {
            throw failure("the time \(end) has passed", status: Status.usage)
        }
        let rule = Rule(
            try principal(),
            (request.transport ?? .tcp).transports,
            request.ports.ranges,
            on: request.prefixes,
            until: end
        )
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
        let isNew = try file.give(isDryRun: editing.isDryRun)
        let change = RulesChange(added: isNew ? ["cap_net_bind_service=ep \(file.path)"] : [])
        if !editing.isDryRun {
            ChangeLog.write(change)
            try ProgramGrant.recording { () throws(StateFile.StateError) in try GrantedPrograms.system.insert(file.path)
            }
        }
        try editing.report(change)
        if editing.quiet { return }
        for warning in file.warnings() { printError(warning) }
        printError("hint: for single ports and users: lowport grant PORT --user NAME")
    }
}
