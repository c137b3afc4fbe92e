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
            threshold: 1024,
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

    @Test func ofManyNearRulesSomeAreNamed() throws {
        let lines = (0..<20).map { "allow uid \(2000 + $0) tcp 80\n" as ByteString } + ["allow uid 1000 udp 80\n"]
        let explanation = Explanation(try situation(rules: lines.reduce(into: ByteString()) { $0 += $1 }))
        #expect(explanation.verdict.hasSuffix("/etc/lowport/rules:21 is for udp"))
        let rules = explanation.findings.filter { $0.subject == "rules" }.map(\.text)
        #expect(rules.count == 7)
        #expect(rules.last == "16 more rules for the port are like that: lowport list --port 80")
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
            remedy: "sudo lowport enforce enable"
        )
        expect(
            try situation(rules: "allow uid 1000 tcp 80", status: status),
            false,
            "user web cannot bind tcp 80: it is allowed, but no_new_privs keeps the helper from having any privilege",
            remedy: "sudo lowport enforce enable"
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
        let program = ProgramFile(path: "/srv/server", image: .dynamic, mode: FileMode(rawValue: 0o2755))
        let explanation = Explanation(try situation(rules: "allow uid 1000 tcp 80", program: program))
        #expect(!explanation.canBind)
        #expect(
            explanation.verdict.description.contains("it is allowed, but the program cannot be reached: it is set-id")
        )
        #expect(
            explanation.remedies.map(\.command) == [
                "sudo lowport enforce enable", "sudo lowport grant --program /srv/server",
                "lowport run --via broker /srv/server",
            ]
        )
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
        elsewhere.surroundings.addressError = .addressNotAvailable
        expect(
            elsewhere,
            false,
            "user web cannot bind tcp 80 on 192.0.2.1: 192.0.2.1 is not an address of this machine",
            remedy: "sudo ip address add 192.0.2.1/32 dev lo"
        )
    }

    @Test func whatStandsInTheWayDoesNotHideTheRest() throws {
        var taken = try situation(address: "192.0.2.1")
        taken.surroundings.addressError = .addressNotAvailable
        #expect(
            Explanation(taken).remedies.map(\.command) == [
                "sudo ip address add 192.0.2.1/32 dev lo", "sudo sysctl net.ipv4.ip_nonlocal_bind=1",
                "sudo lowport grant 80 --user web --on 192.0.2.1", "lowport run PROGRAM",
            ]
        )
    }

    @Test func aSandboxComesBeforeEverything() throws {
        var sandboxed = try situation(rules: "allow uid 1000 tcp 80")
        sandboxed.surroundings.sandboxError = .permissionDenied
        sandboxed.surroundings.addressError = .permissionDenied
        expect(
            sandboxed,
            false,
            "user web cannot bind tcp 80: Landlock, or another security module, keeps this process from binding tcp 80",
            remedy: "lowport run PROGRAM"
        )
        #expect(Explanation(sandboxed).remedies.count == 1)
    }

    @Test func capabilitiesOfAnotherUserNamespaceDoNotCount() throws {
        var root = web
        root.user = .root
        var inside = try situation(status: root)
        inside.userName = "root"
        #expect(Explanation(inside).canBind)
        inside.surroundings.doCapabilitiesCount = false
        inside.surroundings.outerUser = UserID(rawValue: 4_000_000)
        expect(
            inside,
            false,
            "user root cannot bind tcp 80: the network belongs to another user namespace, "
                + "where the capabilities of this one do not count",
            remedy: "sudo lowport grant 80 --uid 4000000"
        )
    }

    @Test func rulesInAFileThatDoesNotCountAreTheCause() throws {
        var dead = try situation()
        dead.deadFiles = [
            .init(
                reason: "/etc/lowport/rules: mode 0664, …",
                repair: "sudo chmod go-w /etc/lowport/rules",
                wouldAllow: true
            )
        ]
        expect(dead, false, "user web cannot bind tcp 80: it would be allowed, but /etc/lowport/rules: mode 0664, …")
        #expect(
            Explanation(dead).remedies.map(\.command) == ["sudo chmod go-w /etc/lowport/rules", "lowport run PROGRAM"]
        )
    }

    @Test func programsThatNoCapabilityReaches() throws {
        expect(
            try situation(program: ProgramFile(path: "/srv/server", image: .dynamic)),
            false,
            "user web cannot bind tcp 80: no rule and no file of authbind allows it, and /srv/server has no file capabilities"
        )
        expect(
            try situation(program: ProgramFile(path: "/mnt/server", image: .dynamic, attribute: .unsupported)),
            false,
            "user web cannot bind tcp 80: no rule and no file of authbind allows it, "
                + "and the file system of /mnt/server has no file capabilities"
        )
        let script = ProgramFile(
            path: "/usr/bin/python3",
            scripts: ["/srv/server.py"],
            scriptsWithCapabilities: ["/srv/server.py"],
            image: .dynamic
        )
        expect(
            try situation(program: script),
            false,
            "user web cannot bind tcp 80: the file capabilities of /srv/server.py have no effect: "
                + "it is a script, run by /usr/bin/python3"
        )
    }

    @Test func setUserIDRootHasEveryCapability() throws {
        let program = ProgramFile(path: "/srv/server", image: .dynamic, mode: FileMode(rawValue: 0o4755))
        expect(try situation(program: program), true, "user web can bind tcp 80: /srv/server is set-user-ID root")
        var status = web
        status.hasNoNewPrivileges = true
        #expect(!Explanation(try situation(program: program, status: status)).canBind)
    }

    @Test func capabilitiesThatTheKernelPassesOverHideNothing() throws {
        let foreign = FileCapabilities(permitted: [.netBindService], isEffective: true, rootUser: UserID(rawValue: 9))
        let program = ProgramFile(path: "/srv/server", image: .go, attribute: .some(foreign))
        let explanation = Explanation(try situation(program: program))
        #expect(explanation.remedies.last?.command == "lowport run --via broker /srv/server")
        expect(
            try situation(rules: "allow uid 1000 tcp 80", program: program),
            true,
            "user web can bind tcp 80 by rule /etc/lowport/rules:1, started with lowport run --via broker"
        )
        // What is inheritable alone gains nothing, and so the library is loaded.
        let inheritable = FileCapabilities(inheritable: [.netBindService], isEffective: false)
        let other = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(inheritable))
        #expect(Explanation(try situation(rules: "allow uid 1000 tcp 80", program: other)).canBind)
    }

    // MARK: - Processes that run

    @Test(arguments: [
        (RunningReach.library, ProgramImage.dynamic, true), (.library, .go, false), (.broker, .go, true),
        (.none, .dynamic, false),
    ])
    func whatReachesARunningProcess(_ reach: RunningReach, _ image: ProgramImage, _ canBind: Bool) throws {
        var status = web
        status.hasNoNewPrivileges = reach == .broker
        var running = try situation(
            rules: "allow uid 1000 tcp 80",
            program: ProgramFile(path: "/srv/server", image: image)
        )
        running.process = .running(77, status, reach)
        #expect(Explanation(running).canBind == canBind)
    }

    @Test func theFileWasReplaced() throws {
        var status = web
        status.effective = [.netBindService]
        var running = try situation(program: ProgramFile(path: "/srv/server", image: .go))
        running.process = .running(77, status, .none)
        running.replacement = ProgramFile(path: "/srv/server", image: .go)
        let explanation = Explanation(running)
        #expect(explanation.canBind)
        #expect(
            explanation.findings.contains { $0.text.hasSuffix("the file that is there now has no file capabilities") }
        )
    }

    @Test func thePortNeedsNothing() throws {
        var open = try situation()
        open.threshold = 80
        expect(open, true, "user web can bind tcp 80: the port needs no privilege here")
    }
}
