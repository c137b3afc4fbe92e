// SPDX-License-Identifier: Apache-2.0
import Capabilities
import Diagnosis
import Launch
import Linux
import PortPolicy
import Testing

/// Situations that people reported, and the cause and the command that the answer has to name.
@Suite struct ExplanationTests {
    private let web = ProcessCredentials(user: UserID(rawValue: 1000), groups: [GroupID(rawValue: 1000)])
    private let bindService = FileCapabilities(permitted: [.netBindService], isEffective: true)

    /// The situation of uid 1000 who wants tcp 80, with the given rules and the given authbind tree.
    private func situation(
        rules: ByteString = "",
        tree: [ByteString: Errno?] = [:],
        program: ProgramFile? = nil,
        address: ByteString = "0.0.0.0",
        status: ProcessCredentials? = nil
    ) throws -> Situation {
        let status = status ?? web
        let request = BindRequest(
            user: status.user,
            groups: status.groups,
            transport: .tcp,
            address: try #require(IPAddress(address)),
            port: Port(rawValue: 80),
            isDualStack: address == "::"
        )
        let set = RuleSet([RulesFile(path: "/etc/lowport/rules", content: rules.bytes)])
        let now = Timestamp(rawValue: 1_800_000_000)
        let decision = Decision.decide(request, rules: set, now: now, names: SystemNames()) { request in
            MemoryTree(refusals: tree).answer(to: request)
        }
        return Situation(
            request: request,
            userName: "web",
            threshold: Port(rawValue: 1024),
            process: .starting(status),
            program: program,
            programName: program?.path,
            decision: decision,
            rules: set,
            now: now
        )
    }

    private struct MemoryTree: AuthbindTree {
        let refusals: [ByteString: Errno?]
        func refusal(toExecute path: ByteString) -> Errno? {
            if let known = refusals[path] { known } else { .noSuchFile }
        }
        func content(of path: ByteString) throws(Errno) -> [UInt8] { throw .noSuchFile }
    }

    private func expect(
        _ situation: Situation,
        _ canBind: Bool,
        _ verdict: String,
        remedy: String? = nil,
        location: SourceLocation = #_sourceLocation
    ) {
        let explanation = Explanation(situation)
        #expect(explanation.canBind == canBind, sourceLocation: location)
        #expect(explanation.verdict.description == verdict, sourceLocation: location)
        #expect(explanation.remedies.isEmpty == canBind, sourceLocation: location)
        if let remedy {
            let commands = explanation.remedies.map(\.command.description)
            #expect(commands.contains(remedy), "\(commands)", sourceLocation: location)
        }
    }

    @Test func nothingAllows() throws {
        expect(
            try situation(),
            false,
            "user web cannot bind tcp 80: no rule and no file of authbind allows it",
            remedy: "sudo lowport grant 80 --user web"
        )
    }

    @Test func aRuleAllows() throws {
        expect(
            try situation(rules: "# web\nallow uid 1000 tcp 80\n"),
            true,
            "user web can bind tcp 80 by rule /etc/lowport/rules:2, started with lowport run or authbind"
        )
    }

    @Test func theTreeAllows() throws {
        expect(
            try situation(tree: ["byport/80": nil as Errno?]),
            true,
            "user web can bind tcp 80 by /etc/authbind/byport/80, started with lowport run or authbind"
        )
    }

    @Test func theFileIsNotExecutable() throws {
        expect(
            try situation(tree: ["byport/80": .permissionDenied]),
            false,
            "user web cannot bind tcp 80: /etc/authbind/byport/80 is there, but user web may not execute it",
            remedy: "sudo chmod a+x /etc/authbind/byport/80"
        )
    }

    @Test func theRuleIsForIPv6Alone() throws {
        expect(
            try situation(rules: "allow uid 1000 tcp 80 on ::/0"),
            false,
            "user web cannot bind tcp 80: /etc/lowport/rules:1 is for ::/0 alone",
            remedy: "sudo lowport grant 80 --user web"
        )
        expect(
            try situation(rules: "allow uid 1000 tcp 80 on ::/0", address: "::"),
            false,
            "user web cannot bind tcp 80 on ::: /etc/lowport/rules:1 is for IPv6 alone, and the socket would take IPv4 as well"
        )
    }

    @Test(
        arguments: [
            ("allow uid 1000 udp 80", "is for udp"),
            ("allow uid 1000 tcp 80 until 2026-01-01T00:00:00Z", "is over since 2026-01-01T00:00:00Z"),
            ("allow uid 1000 tcp 80 on 127.0.0.0/8", "is for 127.0.0.0/8 alone"),
        ] as [(ByteString, String)]
    )
    func theRuleIsNear(_ rule: ByteString, _ difference: String) throws {
        expect(try situation(rules: rule), false, "user web cannot bind tcp 80: /etc/lowport/rules:1 \(difference)")
    }

    @Test func rulesForOthersAreNotTheCause() throws {
        expect(
            try situation(rules: "allow uid 1001 tcp 80"),
            false,
            "user web cannot bind tcp 80: no rule and no file of authbind allows it"
        )
    }

    // MARK: - Capabilities that have no effect

    @Test func theProgramHasTheCapability() throws {
        let program = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(bindService))
        expect(
            try situation(program: program),
            true,
            "user web can bind tcp 80: /srv/server has the file capability"
        )
    }

    @Test func theMountIsNosuid() throws {
        let program = ProgramFile(
            path: "/home/web/server",
            image: .dynamic,
            attribute: .some(bindService),
            isOnNosuidMount: true
        )
        expect(
            try situation(program: program),
            false,
            "user web cannot bind tcp 80: the file capabilities of /home/web/server have no effect: "
                + "it lies on a file system that is mounted nosuid",
            remedy: "sudo lowport grant 80 --user web"
        )
    }

    @Test func noNewPrivileges() throws {
        var status = web
        status.hasNoNewPrivileges = true
        let program = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(bindService))
        expect(
            try situation(program: program, status: status),
            false,
            "user web cannot bind tcp 80: the file capabilities of /srv/server have no effect: "
                + "no_new_privs is set, so a program gains nothing when it is started",
            remedy: "AmbientCapabilities=CAP_NET_BIND_SERVICE"
        )
        expect(
            try situation(rules: "allow uid 1000 tcp 80", status: status),
            false,
            "user web cannot bind tcp 80: it is allowed, but no_new_privs keeps the helper from having any privilege",
            remedy: "AmbientCapabilities=CAP_NET_BIND_SERVICE"
        )
    }

    @Test(arguments: [
        (FileCapabilities(permitted: [.netBindService], isEffective: false), "permitted there, and not effective"),
        (FileCapabilities(inheritable: [.netBindService], isEffective: true), "inheritable there, and not permitted"),
        (
            FileCapabilities(permitted: [.netBindService], isEffective: true, rootUser: UserID(rawValue: 100_000)),
            "namespaces whose root is uid 100000"
        ),
    ])
    func theAttributeIsNotEnough(_ capabilities: FileCapabilities, _ reason: String) throws {
        let program = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(capabilities))
        let explanation = Explanation(try situation(program: program))
        #expect(!explanation.canBind)
        #expect(explanation.verdict.description.contains(reason))
    }

    @Test func theCapabilityIsOutsideTheBoundingSet() throws {
        var status = web
        status.bounding = []
        let program = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(bindService))
        #expect(
            Explanation(try situation(program: program, status: status)).verdict.description
                .contains("CAP_NET_BIND_SERVICE is outside the bounding set")
        )
    }

    @Test func ambientCapabilities() throws {
        var status = web
        status.ambient = [.netBindService]
        expect(
            try situation(program: ProgramFile(path: "/srv/server", image: .dynamic), status: status),
            true,
            "user web can bind tcp 80: CAP_NET_BIND_SERVICE is ambient here"
        )
    }

    // MARK: - How the program is reached

    @Test(arguments: [
        (ProgramImage.go, "a Go program"), (.linkedStatically, "statically linked"), (.foreign, "another architecture"),
    ])
    func theBrokerReachesIt(_ image: ProgramImage, _ reason: String) throws {
        let program = ProgramFile(path: "/srv/server", image: image)
        let explanation = Explanation(try situation(rules: "allow uid 1000 tcp 80", program: program))
        #expect(explanation.canBind)
        let reach = explanation.findings.first { $0.subject == "reach" }
        #expect(reach?.text.description.contains("with the broker, since it is") == true)
        #expect(reach?.text.description.contains(reason) == true)
    }

    @Test func nothingReachesSetIDPrograms() throws {
        let program = ProgramFile(path: "/srv/server", image: .dynamic, mode: FileMode(rawValue: 0o4755))
        let explanation = Explanation(try situation(rules: "allow uid 1000 tcp 80", program: program))
        #expect(!explanation.canBind)
        #expect(
            explanation.verdict.description.contains("it is allowed, but the program cannot be reached: it is set-id")
        )
        #expect(explanation.remedies.map(\.command) == ["sudo setcap cap_net_bind_service=ep /srv/server"])
    }

    // MARK: - What stands in the way

    @Test func thePortIsTaken() throws {
        var taken = try situation(rules: "allow uid 1000 tcp 80")
        let socket = BoundSocket(
            transport: .tcp,
            local: SocketAddress(.v4(.any), Port(rawValue: 80)),
            owner: .root,
            inode: 1
        )
        taken.occupants = [.init(socket, processes: [RunningProcess(identifier: 77, name: "nginx")])]
        expect(
            taken,
            false,
            "user web cannot bind tcp 80: the port is taken on 0.0.0.0:80 by process 77 (nginx)",
            remedy: "sudo kill 77"
        )
    }

    @Test func theAddressIsElsewhere() throws {
        var elsewhere = try situation(rules: "allow uid 1000 tcp 80", address: "192.0.2.1")
        elsewhere.addressError = .addressNotAvailable
        expect(
            elsewhere,
            false,
            "user web cannot bind tcp 80 on 192.0.2.1: 192.0.2.1 is not an address of this machine",
            remedy: "ip address"
        )
    }

    @Test func thePortNeedsNothing() throws {
        var open = try situation()
        open.threshold = Port(rawValue: 80)
        expect(open, true, "user web can bind tcp 80: the port needs no privilege here")
    }
}
