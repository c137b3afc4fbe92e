// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import LowportPolicyInventory

@testable import LowportKernelPolicy

/// A policy of few users, ports and addresses, so that rules and requests meet; compiled, and ready to be run.
struct RandomPolicy {
    /// Two named users, one group that has a member, one that has none.
    struct Names: PolicyNames {
        func user(named name: ByteString) -> UserID? {
            name == "web" ? UserID(rawValue: 1) : name == "dev" ? UserID(rawValue: 2) : nil
        }
        func group(named name: ByteString) -> GroupID? {
            name == "dns" ? GroupID(rawValue: 10) : name == "mail" ? GroupID(rawValue: 11) : nil
        }
        func members(of group: GroupID) -> [UserID] { group.rawValue == 10 ? [UserID(rawValue: 3)] : [] }
        /// `/link` is another name of `/server`.
        func program(at path: ByteString) -> FileIdentity? {
            inode(ofProgramAt: path).map { FileIdentity(device: UInt64($0.device), inode: $0.number) }
        }
        func isExecuted(programAt path: ByteString) -> Bool { true }

        func inode(ofProgramAt path: ByteString) -> ProgramInode? {
            switch path {
            case "/server", "/link": ProgramInode(device: 7, number: 70)
            case "/bin/other": ProgramInode(device: 8, number: 70)
            case "/third": ProgramInode(device: 7, number: 71)
            default: nil
            }
        }
    }

    let text: ByteString
    let rules: RuleSet
    let tree: AuthbindSnapshot
    let table: PolicyTable
    private let map: LongestPrefixMap
    private let programs: [AssembledProgram]
    private let tick = Int32(Interpreter.tick)

    /// A policy of one to six random lines.
    ///
    /// Every other one is for a kernel that says where it has what the programs ask.
    init(_ random: inout some RandomNumberGenerator) {
        var text = ByteString()
        for _ in 0..<Int.random(in: 1...6, using: &random) { text += Self.line(&random) + "\n" }
        let tree = Bool.random(using: &random) ? RandomTree.tree(&random) : AuthbindSnapshot()
        self.init(valid: text, tree, describesItself: Bool.random(using: &random))
    }

    /// The policy of `text`, which must have no faults.
    init(_ text: ByteString, describesItself: Bool = false) throws {
        if let error = RulesFile(path: "rules", content: text.bytes).errors.first { throw error }
        self.init(valid: text, AuthbindSnapshot(), describesItself: describesItself)
    }

    private init(valid text: ByteString, _ tree: AuthbindSnapshot, describesItself: Bool) {
        self.text = text
        self.tree = tree
        rules = RuleSet([RulesFile(path: "rules", content: text.bytes)])
        precondition(rules.files.count == 1)
        let policy = EnforcedPolicy([SourceSnapshot(rules: rules.files), SourceSnapshot(AuthbindPermissions(tree))])
        table = PolicyTable(policy, limit: Port(rawValue: 1024), names: Names())
        let image = PolicyImage(
            sources: table.grants.map { _ in 7 },
            counters: table.grants.indices.map { UInt32($0 + 1) },
            atomicOffset: 37
        )
        var map = LongestPrefixMap()
        for (key, value) in table.entries { map.insert(key.bytes, image.bytes(of: value, in: table)) }
        self.map = map
        var options = ProgramOptions(network: 1, tick: tick, isIPv6Only: Interpreter.Socket.isIPv6Only)
        if describesItself {
            options.task = Interpreter.task
            options.socket = Interpreter.socket
            options.privileges = Interpreter.privileges
        }
        options.program = describesItself || !table.programs.isEmpty ? Interpreter.program : nil
        options.fewPrograms = describesItself ? 4 : 0
        options.origins = options.program == nil ? nil : Interpreter.origins
        programs = BindFamily.allCases.map { [table, options] in table.program(for: $0, options) }
    }

    /// What is decided, at the time that the interpreter has.
    func decision(for request: BindRequest) -> Decision {
        Decision([
            rules.answer(to: request, now: Timestamp(rawValue: 100), names: Names()),
            MetTree(tree: tree, user: request.user, groups: request.groups).answer(to: request),
        ])
    }

    /// What the program in the kernel is to say to `request`, where it can see all that matters.
    func expectedOutcome(of request: BindRequest, _ decision: Decision) -> BindOutcome {
        if decision.isAllowed { return .granted }
        // Rules for a confined program are as far as its capability goes, and the kernel asks for that.
        let now = Timestamp(rawValue: 100)
        if rules.grants(for: request, now: now, names: Names(), isCapable: true) != nil { return .left }
        return decision.confinement != nil ? .refused : .left
    }

    /// Whether the tree allows `request` by a file that was left out of the table, by name.
    func leavesOut(_ decision: Decision, of request: BindRequest) -> Bool {
        guard decision.source == .authbind, let path = decision.grants.first?.location.file else { return false }
        if request.address == .v6(IPv6Address(mapping: .any)) { return true }
        return AuthbindPermissions(tree).leftOut.contains { $0.path == path }
    }

    // MARK: - Running

    func outcome(of request: BindRequest, network: UInt64 = 1) -> BindOutcome? {
        var run = interpreter(for: request, network: network)
        return BindOutcome(rawValue: Int32(run.run()))
    }

    func interpreter(
        for request: BindRequest,
        network: UInt64 = 1,
        only: UInt64? = 1,
        group: ProgramGroup? = nil,
        groups: [UInt64] = [1]
    ) -> Interpreter {
        var context = [UInt8](repeating: 0, count: Context.size)
        func put(_ bytes: [UInt8], at offset: Int16) {
            context.replaceSubrange(Int(offset)..<Int(offset) + bytes.count, with: bytes)
        }
        let port = request.port.rawValue
        put([UInt8(port >> 8), UInt8(port & 255)], at: Context.port)
        // IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP
        put([request.transport == .tcp ? 6 : request.transport == .udp ? 17 : 132], at: Context.transport)
        let family: BindFamily
        switch request.address {
        case .v4(let address):
            family = .v4
            put([UInt8](IPv6Address(mapping: address).networkBytes.suffix(4)), at: Context.address4)
        case .v6(let address):
            family = .v6
            put(address.networkBytes, at: Context.address6)
        }
        let program =
            only == 1 && group == nil
            ? programs[family == .v4 ? 0 : 1]
            : table.program(for: family, ProgramOptions(network: only, group: group, tick: tick))
        let process = Interpreter.Process(
            user: request.user.rawValue,
            group: request.groups[0].rawValue,
            network: network,
            groups: groups,
            time: (100 + 37) * 1_000_000_000,
            isIPv6Only: request.address == .v6(.any) && !request.isDualStack,
            program: request.program.map { ProgramInode(device: UInt32($0.device), number: $0.inode) }
        )
        let values = table.programs.mapValues { table.value(ofProgram: $0) }
        return Interpreter(program, policy: map, programs: values, context: context, process: process)
    }

    // MARK: - Chance

    private static func line(_ random: inout some RandomNumberGenerator) -> ByteString {
        func one(_ choices: [ByteString]) -> ByteString { choices.randomElement(using: &random) ?? "" }
        if Int.random(in: 0..<5, using: &random) == 0 {
            return
                "confine \(one(["everyone", "root", "program /server", "program /bin/other", "program /nowhere", "user web", "user dev", "user ghost", "group dns", "group mail"]))"
        }
        var whom = one(["everyone", "user web", "user dev", "user ghost", "group dns", "group mail", "uid 3", "gid 9"])
        if Int.random(in: 0..<3, using: &random) == 0 {
            whom += " program \(one(["/server", "/link", "/bin/other", "/nowhere"]))"
        }
        let lower = Int.random(in: 1...8, using: &random)
        let upper = Int.random(in: lower...9, using: &random)
        var line: ByteString = "allow \(whom) \(one(["tcp", "udp", "tcp,udp", "any"])) \(lower)-\(upper)"
        let prefixes: [ByteString] = [
            "0.0.0.0/0", "::/0", "127.0.0.0/8", "127.0.0.1", "192.0.2.0/24", "0.0.0.0/8", "::1", "2001:db8::/32",
            "2001:db8:1::/65", "::/64", "::ffff:192.0.2.0/120", "::ffff:0:0/96", "::/80",
        ]
        if Bool.random(using: &random) {
            line += " on " + one(prefixes)
            if Bool.random(using: &random) { line += "," + one(prefixes) }
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            line += " until \(Timestamp(rawValue: Int64.random(in: 98...102, using: &random)))"
        }
        return line
    }

    /// User 2 with the group 8 alone.
    static func request(_ address: ByteString, port: UInt16) -> BindRequest {
        BindRequest(
            user: UserID(rawValue: 2),
            groups: [GroupID(rawValue: 8)],
            transport: .tcp,
            address: IPAddress(address) ?? .v4(.any),
            port: Port(rawValue: port)
        )
    }

    /// A random request of somebody whose supplementary groups are those that the machine knows.
    static func request(_ random: inout some RandomNumberGenerator) -> BindRequest {
        let addresses: [ByteString] = [
            "0.0.0.0", "127.0.0.1", "127.1.2.3", "192.0.2.7", "198.51.100.1", "::", "::1", "2001:db8::5",
            "2001:db8:1:0:8000::", "fe80::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "::5",
        ]
        var request = request(
            addresses.randomElement(using: &random) ?? "::",
            port: UInt16.random(in: 1...10, using: &random)
        )
        request.user = UserID(rawValue: UInt32.random(in: 0...4, using: &random))
        request.groups = [GroupID(rawValue: UInt32.random(in: 8...11, using: &random))]
        if request.user.rawValue == 3 { request.groups.append(GroupID(rawValue: 10)) }
        request.transport = [.tcp, .udp, .other].randomElement(using: &random) ?? .tcp
        request.program =
            [
                nil, FileIdentity(device: 7, inode: 70), FileIdentity(device: 8, inode: 70),
                FileIdentity(device: 7, inode: 71),
            ].randomElement(using: &random) ?? nil
        request.isDualStack = request.address == .v6(.any) && Int.random(in: 0..<4, using: &random) > 0
        return request
    }
}
