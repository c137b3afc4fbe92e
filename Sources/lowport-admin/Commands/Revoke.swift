// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PolicyEditing
internal import PortPolicy

/// `lowport revoke`.
struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take back what was granted.",
        discussion: """
            Takes ports from every rule for exactly that user or group in
            /etc/lowport/rules, splitting ranges and lists where it must. All protocols
            and addresses, unless --protocol or --on says less. Who has nothing stays
            unchanged; whatever still allows the ports is named. With --program, takes
            the capability cap_net_bind_service from the file instead.

            EXAMPLES
              sudo lowport revoke 80 --user web
              sudo lowport revoke 1-1023 --everyone
              sudo lowport revoke --program /usr/local/bin/caddy
            """
    )

    @OptionGroup var meant: RuleOptions
    @OptionGroup var editing: EditingOptions

    func validate() throws {
        if meant.program != nil, meant.narrows { throw ValidationError("--program is for every port and address.") }
    }

    func run() throws {
        if let program = meant.program {
            let file = try ProgramGrant(program.bytes, followLinks: meant.follow)
            if !editing.quiet, let resolution = file.resolution { note("note: \(resolution)") }
            let isLess = try file.take(isDryRun: editing.isDryRun)
            return try editing.report(RulesChange(removed: isLess ? ["cap_net_bind_service=ep \(file.path)"] : []))
        }
        let revocation = Revocation(
            meant.whom.identity,
            (meant.transport ?? .any).transports,
            meant.ports.ranges,
            on: meant.prefixes
        )
        _ = try editing.make(.narrows) { $0.removing(revocation) }
        if !editing.quiet { noteWhatRemains(of: revocation) }
    }

    /// Names the rules that still allow some of it: in other files, or for other identities that include this one.
    private func noteWhatRemains(of revocation: Revocation) {
        if editing.isDryRun { return }
        for (rule, location) in RuleStore.system.load().rules.files.flatMap(\.rules) {
            guard rule.identity == revocation.identity || rule.identity == .everyone else { continue }
            // What taking it away would change, it allows.
            var rest = revocation
            rest.identity = rule.identity
            if rule.subtracting(rest) == [rule] { continue }
            note("note: still allowed by \(location): \(rule)")
        }
    }
}
