// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
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

    @Argument(
        help: "Ports: numbers, ranges (8000-8010) or service names (https).",
        completion: .shellCommand("getent services | cut -d' ' -f1"),
        transform: PortList.parse
    )
    var ports: [PortList] = []

    @OptionGroup var whom: IdentityOptions

    @Option(
        help: ArgumentHelp("The program, for every port, instead of rules.", valueName: "file"),
        completion: .file()
    )
    var program: String?

    @Option(name: .customLong("protocol"), help: "The protocol.")
    var transport: ProtocolChoice?

    @Option(help: "Addresses or prefixes, with commas; all addresses without this.")
    var on: PrefixList?

    @OptionGroup var editing: EditingOptions

    func validate() throws {
        try whom.demand(instead: program)
        if program != nil {
            guard ports.isEmpty, transport == nil, on == nil else {
                throw ValidationError("--program is for every port and address.")
            }
        } else if ports.isEmpty {
            throw ValidationError("Missing expected argument '<ports> ...'")
        }
    }

    func run() throws {
        if let program {
            let isLess = try ProgramGrant(ByteString(program)).take(isDryRun: editing.isDryRun)
            return try editing.report(RulesChange(removed: isLess ? ["cap_net_bind_service=ep \(program)"] : []))
        }
        let revocation = Revocation(whom.identity, (transport ?? .any).transports, ports.ranges, on: on?.prefixes ?? [])
        let change = try editing.apply { $0.removing(revocation) }
        try editing.report(change)
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
