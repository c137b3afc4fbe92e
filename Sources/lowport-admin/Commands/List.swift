// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportDiagnosis
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// `lowport list`.
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show who may bind what.",
        discussion: """
            One table of everything that allows: the rules, the files below /etc/authbind,
            programs along PATH with the capability, and the first unprivileged port; then
            the users and groups that are confined to the rules. For root, also how many
            binds the kernel engine granted by each line. What has no effect is named on
            standard error: files with errors, or that users cannot read; rules that nobody
            can use; programs that lost the capability; a helper that does not work.

            EXAMPLES
              lowport list
              lowport list --port 80
              lowport list --user web --json
            """
    )

    @Option(
        help: ArgumentHelp("Only what concerns this user, through groups as well.", valueName: "name"),
        completion: .shellCommand("getent passwd | grep -o '^[a-zA-Z0-9_.@-]*'")
    )
    var user: BytesArgument?

    @Option(
        help: ArgumentHelp("Only what allows one of these ports.", valueName: "ports"),
        completion: .shellCommand("getent services | grep -o '^[a-zA-Z0-9_.+-]*'"),
        transform: PortList.parseWithoutProtocol
    )
    var port: PortList?

    @Flag(help: "Write JSON (schema lowport.list/1).")
    var json = false

    @Flag(name: .shortAndLong, help: "Do not say what has no effect.")
    var quiet = false

    func run() throws {
        let now = Timestamp(rawValue: WallClock.seconds)
        if let user, Accounts.user(named: user.bytes) == nil {
            throw failure(
                "no such user: \(user.bytes)",
                hint: KnownNames().user(like: user.bytes).map { "did you mean \($0)?" },
                status: Status.usage
            )
        }
        let filter = ListFilter(user: user?.bytes, ports: port?.ranges)
        let all = PolicySource.allCases.map { $0.inventory(at: now, doubts: .useless) }
        let shown = all.map { inventory in
            var shown = inventory
            shown.entries.removeAll { !filter.wants($0.principal, $0.ports) }
            shown.confinements.removeAll { !filter.wants($0.confinement) }
            return shown
        }
        let answer = ListAnswer(
            sources: shown,
            binds: BindCounts(shown.flatMap(\.entries)),
            programs: filter.wants(.everyone, PortRange.all.map { [$0] } ?? []) ? ListedProgram.all() : [],
            threshold: try? PortThreshold.current,
            now: now
        )
        if json { try printJSON(answer, keysAreFinal: true) } else { try printOut(lines: answer.lines(filter)) }
        if quiet { return }
        let locations = Set(shown.flatMap(\.entries).map(\.location))
        for diagnostic in all.flatMap(\.diagnostics)
        where diagnostic.gravity == .error || diagnostic.concerns(locations) {
            printError(message: "lowport: \(diagnostic)")
        }
        for diagnostic in ProgramHealth.diagnostics() { printError(message: "lowport: \(diagnostic)") }
        if !locations.isEmpty, let obstacle = PolicyReach.obstacle() {
            printError("lowport: nothing of the rules and of /etc/authbind has an effect here: \(obstacle)")
            printError("hint: lowport doctor")
        }
    }
}

extension PolicyDiagnostic {
    /// Whether it is about an entry at one of `locations`, or about all entries of its file or directory.
    fileprivate func concerns(_ locations: Set<RuleLocation>) -> Bool {
        guard gravity == .warning else { return false }
        guard let line else {
            let directory = path == "/" ? path : path + "/"
            return locations.contains { $0.file == path || $0.file.hasPrefix(directory) }
        }
        return locations.contains(RuleLocation(file: path, line: line))
    }
}

/// Which entries to show.
struct ListFilter {
    private let ports: [PortRange]?
    private let users: (name: ByteString, number: UserID?, groups: Set<GroupID>)?

    init(user: ByteString?, ports: [PortRange]?) {
        self.ports = ports
        users = user.map { ($0, Accounts.user(named: $0), Set(Accounts.groups(ofUser: $0))) }
    }

    /// Confinement applies to every port, so it is not shown if specific ports are requested.
    func wants(_ confinement: ConfinedPrincipal) -> Bool {
        if ports != nil { return false }
        guard let users else { return true }
        return switch confinement {
        case .root: users.number == .root
        case .everyone: users.number != .root
        case .user(let name): name == users.name
        case .group(let name): Accounts.group(named: name).map { users.groups.contains($0) } ?? false
        case .program: true
        }
    }

    func wants(_ principal: Principal, _ ranges: [PortRange]) -> Bool {
        if let ports, !ranges.contains(where: { range in ports.contains { range.overlaps($0) } }) { return false }
        guard let users else { return true }
        return switch principal {
        case .everyone: true
        case .user(let name): name == users.name
        case .userID(let number): number == users.number
        case .group(let name): Accounts.group(named: name).map { users.groups.contains($0) } ?? false
        case .groupID(let number): users.groups.contains(number)
        case .program(_, let principal): wants(principal, ranges)
        }
    }
}

extension PortRange {
    /// Every port.
    static var all: PortRange? { PortRange(Port(rawValue: 1), Port(rawValue: 65535)) }

    /// The unprivileged ports, from the first on; nil if there are none.
    static func open(from threshold: UInt32) -> PortRange? {
        guard threshold <= 65535 else { return nil }
        return PortRange(Port(rawValue: UInt16(max(1, threshold))), Port(rawValue: 65535))
    }
}
