// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing
internal import LowportPolicyInventory

/// `lowport revoke`.
struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take back what was granted.",
        discussion: """
            Takes ports from every rule for exactly that user or group in
            /etc/lowport/rules, splitting ranges and lists where it must. All protocols
            and addresses, unless --protocol or --on says less. If there is no such rule,
            nothing changes; whatever still allows the ports is named. With --program,
            takes the capability cap_net_bind_service from the file instead, and the line
            with which it keeps it.

            EXAMPLES
              sudo lowport revoke 80 --user web
              sudo lowport revoke 1-1023 --everyone
              sudo lowport revoke --program /usr/local/bin/caddy
            """
    )

    @OptionGroup var request: RuleOptions
    @OptionGroup var editing: EditingOptions

    func validate() throws {
        if request.capableProgram != nil, request.narrows {
            throw ValidationError("--program is for every port and address")
        }
    }

    func run() throws {
        if let program = request.capableProgram {
            if try revokeMissing(program) { return }
            let file = try ProgramGrant(program, followLinks: request.follow)
            if !editing.quiet, let resolution = file.resolution { printError("note: \(resolution)") }
            let kept = try KeptLine.release(file.path, isDryRun: editing.isDryRun)
            if !editing.isDryRun { ChangeLog.write(kept) }
            let isLess = try file.take(isDryRun: editing.isDryRun)
            try editing.report(RulesChange(removed: kept.removed + (isLess ? [file.line] : []), added: kept.added))
            if !editing.isDryRun { try file.record(isGiven: false, isChange: isLess) }
            return
        }
        let revocation = Revocation(
            request.program.map { .program(pathInRule($0.bytes), of: request.grantee.principal) }
                ?? request.grantee.principal,
            request.transports ?? .any,
            request.ports.ranges,
            on: request.prefixes
        )
        if request.isWholeProgram, let program = revocation.principal.program {
            try revokeWhole(program, revocation)
        } else {
            _ = try editing.make(.narrows) { $0.removing(revocation) }
        }
        if !editing.quiet { reportWhatRemains(of: revocation) }
    }

    /// Revokes the ports; with the last rule for the program go the capability, first, and the line that confines it.
    private func revokeWhole(_ program: ByteString, _ revocation: Revocation) throws {
        let files = RuleStore.system.load().rules.files
        let others = files.filter { $0.path != RuleStore.mainPath }.flatMap(\.rules)
        let rest = files.filter { $0.path == RuleStore.mainPath }
            .map { RulesFile(path: $0.path, content: $0.removing(revocation).content) }.flatMap(\.rules)
        let isLast = !(others + rest).contains { $0.rule.principal.program == program }
        if !isLast {
            _ = try editing.make(.narrows) { $0.removing(revocation) }
            return
        }
        let kept = try KeptLine.release(program, isDryRun: editing.isDryRun)
        if !editing.isDryRun { ChangeLog.write(kept) }
        let taken = try takeCapability(of: program)
        // Frees only what has no capability any more.
        var change = try editing.make(.widens, reports: false) { $0.removing(revocation, .program(program)) }
        change.removed = kept.removed + taken + change.removed
        change.added += kept.added
        try editing.report(change)
    }

    /// Takes the line of a program whose file is gone; returns whether that is so.
    private func revokeMissing(_ program: ByteString) throws -> Bool {
        guard (try? FileStatus(of: program, followLinks: false)) == nil else { return false }
        let kept = try KeptLine.release(program, isDryRun: editing.isDryRun)
        if kept.isEmpty { return false }
        if !editing.isDryRun {
            ChangeLog.write(kept)
            try? GrantedPrograms.system.remove(program)
        }
        try editing.report(kept)
        return true
    }

    /// Takes the capability from the file, if there is one.
    /// - Returns: the line of the change; empty if the file has no capability.
    private func takeCapability(of program: ByteString) throws -> [ByteString] {
        do throws(Errno) { _ = try FileStatus(of: program, followLinks: false) } catch {
            if error.isAbsence { return [] }
        }
        let file = try ProgramGrant(program, followLinks: false)
        guard try file.take(isDryRun: editing.isDryRun) else { return [] }
        if !editing.isDryRun { try file.record(isGiven: false) }
        return [file.line]
    }

    /// The path of the program as a rule has it. The file itself may be gone.
    private func pathInRule(_ program: ByteString) -> ByteString {
        (try? ResolvedPath(program, followLinks: request.follow))?.path ?? program
    }

    /// Reports the rules that still allow part of `revocation`: in other files, or for `everyone`.
    private func reportWhatRemains(of revocation: Revocation) {
        if editing.isDryRun { return }
        for (rule, location) in RuleStore.system.load().rules.files.flatMap(\.rules) {
            guard rule.principal == revocation.principal || rule.principal == .everyone else { continue }
            // A rule that the revocation would change allows part of it.
            var rest = revocation
            rest.principal = rule.principal
            if rule.subtracting(rest) == [rule] { continue }
            printError("note: still allowed by \(location): \(rule)")
        }
    }
}
