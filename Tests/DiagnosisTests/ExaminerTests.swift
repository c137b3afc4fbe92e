// SPDX-License-Identifier: Apache-2.0
import LowportBroker
import LowportCapabilities
import LowportLaunch
import LowportLinux
import LowportPolicy
import Testing

@testable import LowportDiagnosis

/// Each examiner by itself.
@Suite struct ExaminerTests: ExplanationSuite {
    /// The effects and texts of what `examiner` finds in `context`.
    private func found(
        _ examiner: some Examiner,
        _ context: BindContext,
        after found: [Finding] = []
    ) -> [String] {
        var findings = Findings()
        findings.append(found)
        return examiner.findings(context, after: findings).map { "\($0.effect): \($0.text)" }
    }

    /// The commands that `examiner` proposes in `context`, given what it finds by itself and `others`.
    private func commands(
        _ examiner: some Examiner,
        _ context: BindContext,
        given others: [Finding] = []
    ) -> [ShellCommand?] {
        var findings = Findings()
        findings.append(others)
        findings.append(examiner.findings(context, after: findings))
        return examiner.remedies(context, given: findings).map(\.command)
    }

    @Test func theThreshold() throws {
        #expect(
            found(ThresholdExaminer(first: 81), try context())
                == ["refuses: ports below 81 need privilege in this network namespace"]
        )
        #expect(
            found(ThresholdExaminer(first: 80, isNetworkKnown: false), try context()) == [
                "allows: ports from 80 on need no privilege in our network namespace; its own can be seen by root alone"
            ]
        )
    }

    @Test func `root has what is in the bounding set, or ambient`() throws {
        var context = try context()
        (context.request.user, context.process.credentials.user) = (.root, .root)
        #expect(found(ProcessExaminer(lookingAt: context), context) == ["allows: root has CAP_NET_BIND_SERVICE"])
        #expect(found(AmbientExaminer(lookingAt: context), context) == [])
        context.process.credentials.bounding = []
        #expect(
            found(ProcessExaminer(lookingAt: context), context)
                == ["refuses: root lacks CAP_NET_BIND_SERVICE, which is outside the bounding set"]
        )
        context.process.credentials.ambient = [.netBindService]
        #expect(
            found(AmbientExaminer(lookingAt: context), context)
                == ["allows: CAP_NET_BIND_SERVICE is in the ambient set, so that every program has it"]
        )
    }

    @Test func `what may not be executed is made executable, with a warning`() throws {
        let program = ProgramFile(
            path: "/srv/server",
            scripts: ["/srv/-x"],
            image: .dynamic,
            weakness: "bob can change it"
        )
        let context = try context(program: program)
        var examiner = ProgramExaminer(refusal: .init(path: "/srv/-x", error: .permissionDenied))
        #expect(
            found(examiner, context)
                == ["blocks: /srv/-x may not be executed by user web: permission denied"]
        )
        #expect(commands(examiner, context) == ["sudo chmod a+x /srv/-x"])
        examiner.refusal?.cause = .directory("/srv")
        #expect(
            found(examiner, context) == ["blocks: /srv/-x may not be executed by user web: /srv may not be searched"]
        )
        #expect(commands(examiner, context) == ["sudo chmod a+x /srv"])
        examiner.refusal?.cause = .mount
        #expect(
            found(examiner, context) == [
                "blocks: /srv/-x may not be executed by user web: it lies on a file system that is mounted noexec"
            ]
        )
        #expect(
            commands(examiner, context) == ["sudo mount -o remount,exec $(findmnt -no TARGET -T /srv/-x)"]
        )
        examiner.refusal?.error = .noSuchFile
        #expect(commands(examiner, context) == [])
        #expect(found(ProgramExaminer(), context) == [])
    }

    @Test func `a sandbox is one of three`() throws {
        var context = try context()
        context.sandboxError = .notPermitted
        #expect(found(SeccompExaminer(lookingAt: context), context) == [])
        #expect(
            found(ControlGroupExaminer(), context) == [
                "informs: a program in the kernel, of the control group, refuses some binds of the port: "
                    + "operation not permitted"
            ]
        )
        // Whether it is this bind, another one tells.
        let refusing = ControlGroupExaminer(refusesBind: true)
        #expect(
            found(refusing, context) == [
                "blocks: a program in the kernel, of the control group, refuses the bind: operation not permitted"
            ]
        )
        #expect(commands(refusing, context) == ["lowport run PROGRAM"])
        context.process.credentials.hasSeccompFilter = true
        #expect(
            found(SeccompExaminer(lookingAt: context), context)
                == ["blocks: a filter of system calls refuses bind: operation not permitted"]
        )
        #expect(commands(SeccompExaminer(lookingAt: context), context) == ["lowport run PROGRAM"])
        #expect(found(ControlGroupExaminer(), context) == [])
        context.sandboxError = .permissionDenied
        #expect(found(SeccompExaminer(lookingAt: context), context) == [])
        #expect(commands(LandlockExaminer(lookingAt: context), context) == ["lowport run PROGRAM"])
    }

    @Test func `a link-local address is there on its interface, and a mapped one is that of IPv4`() throws {
        let local = try context(address: "fe80::77")
        #expect(
            found(AddressExaminer(error: .invalidArgument, interface: "d0"), local)
                == ["informs: fe80::77 can be bound with the number of d0, its interface, alone"]
        )
        #expect(
            found(AddressExaminer(error: .invalidArgument), local)
                == ["blocks: fe80::77 is not an address of this machine"]
        )
        #expect(
            found(AddressExaminer(error: .invalidArgument), try context(address: "ff02::fb"))
                == ["informs: ff02::fb can be bound with the number of an interface alone"]
        )
        #expect(
            commands(AddressExaminer(error: .addressNotAvailable), try context(address: "::ffff:192.0.2.98")) == [
                "sudo ip address add 192.0.2.98/32 dev lo", "sudo sysctl net.ipv4.ip_nonlocal_bind=1",
            ]
        )
    }

    @Test func `the kernel engine`() throws {
        var context = try context(rules: "allow uid 1000 tcp 80")
        let examiner = KernelExaminer(lookingAt: context)
        context.kernel = .outdated
        #expect(
            found(examiner, context) == ["refuses: the kernel holds the policy as it was before the files last changed"]
        )
        #expect(commands(examiner, context) == ["sudo lowport enforce reload"])
        #expect(commands(examiner, context, given: [Finding(.file, .allows, "")]) == [])
        context.kernel = .holds(isComplete: false)
        #expect(
            found(examiner, context) == ["allows: the kernel engine lets it bind the port, without a wrapper"]
        )
        #expect(found(examiner, context, after: [Finding(.threshold, .allows, "")]) == [])
        var byTree = try self.context(tree: ["byport/80": nil as Errno?])
        byTree.kernel = .holds(isComplete: false)
        #expect(
            found(examiner, byTree) == ["refuses: the kernel engine does not know this part of the authbind tree"]
        )
    }

    @Test func `with the kernel engine, a rule is all that is missing`() throws {
        var context = try context()
        let examiners: [any Examiner] = [ThresholdExaminer(first: 1024), DeliveryExaminer()]
        #expect(
            explain(context, examiners).remedies.map(\.command)
                == ["sudo lowport grant 80 --user web", "lowport run PROGRAM"]
        )
        context.kernel = .holds(isComplete: true)
        #expect(explain(context, examiners).remedies.map(\.command) == ["sudo lowport grant 80 --user web"])
        #expect(commands(DeliveryExaminer(), context) == [])
        context.kernel = .elsewhere
        #expect(commands(DeliveryExaminer(), context) == ["lowport run PROGRAM"])
    }

    @Test func `who is confined is refused what the kernel engine does not know`() throws {
        var context = try context(rules: "allow uid 1000 tcp 81\nconfine everyone\n")
        let examiner = ConfinementExaminer(lookingAt: context)
        #expect(found(examiner, context) == [])
        context.kernel = .holds(isComplete: true)
        #expect(
            found(examiner, context) == [
                "blocks: /etc/lowport/rules:2 confines user web to what the kernel knows to be allowed, "
                    + "even with CAP_NET_BIND_SERVICE"
            ]
        )
        #expect(found(examiner, context, after: [Finding(.kernel, .allows, "")]) == [])
        #expect(found(examiner, context, after: [Finding(.threshold, .allows, "")]) == [])
        // A capability does not help, and so a rule is proposed.
        #expect(
            explain(context, [ThresholdExaminer(first: 1024)]).remedies.map(\.command)
                == ["sudo lowport grant 80 --user web"]
        )
    }

    @Test(
        arguments: [
            ("noHelper", ["sudo make install", "sudo lowport enforce enable"]),
            ("notStarted", ["lowport run PROGRAM", "sudo lowport enforce enable"]),
            ("scope 3", ["sudo lowport enforce enable"]),
            ("scope 2", ["sudo sysctl kernel.yama.ptrace_scope=1", "sudo lowport enforce enable"]),
            ("proc", ["sudo lowport enforce enable", "sudo mount -t proc proc /proc"]),
            ("container", [nil, "sudo lowport enforce enable"]),
            ("nosuid", ["sudo lowport enforce enable"]),
            ("namespace", ["lowport run /srv/server", "sudo lowport enforce enable"]),
            (
                "bounding",
                ["sudo lowport enforce enable", "sudo lowport run --via ambient --user web /srv/server"]
            ),
        ] as [(String, [ShellCommand?])]
    )
    func `what delivers a permission depends on what keeps it away`(_ reason: String, _ expected: [ShellCommand?])
        throws
    {
        var context = try context(
            rules: "allow uid 1000 tcp 80",
            program: ProgramFile(path: "/srv/server", image: .linkedStatically)
        )
        var examiner = DeliveryExaminer()
        switch reason {
        case "noHelper": examiner.fileObstacle = .missing
        case "notStarted":
            context.process.identifier = 77
            context.program = nil
        case "scope 2": examiner.trial = .fails(.yama(scope: 2))
        case "scope 3": examiner.trial = .fails(.yama(scope: 3))
        case "proc": examiner.trial = .fails(.foreignProc)
        case "container": examiner.trial = .fails(.forbidden(.notPermitted))
        case "nosuid": examiner.trial = .fails(.helper(.noSetUserID))
        case "namespace": context.process.doCapabilitiesCount = false
        default: context.process.credentials.bounding = []
        }
        let permission = [Finding(.permission(.rules), .allows, "")]
        #expect(commands(examiner, context, given: permission) == expected)
        #expect(commands(examiner, context, given: permission + [Finding(.kernel, .allows, "")]) == [])
        #expect(commands(examiner, context, given: permission + [Finding(.seccomp, .blocks, "")]) == [])
        #expect(commands(examiner, context, given: permission + [Finding(.file, .allows, "")]) == [])
    }

    @Test func `the process itself is not in its own way`() throws {
        var context = try context()
        context.process.identifier = 77
        let local = SocketAddress(.v4(.any), Port(rawValue: 80))
        let socket = BoundSocket(transport: .tcp, local: local, owner: UserID(rawValue: 1000), inode: 1)
        let own = PortHolder(socket: socket, processes: [RunningProcess(identifier: 77, name: "a")])
        let other = PortHolder(
            socket: socket,
            processes: [RunningProcess(identifier: 78, name: "b", service: .other)]
        )
        let examiner = PortExaminer(holders: [own, other])
        #expect(
            found(examiner, context) == [
                "informs: the process itself has it already, on 0.0.0.0:80",
                "blocks: the port is taken on 0.0.0.0:80 by process 78 (b)",
            ]
        )
        #expect(commands(examiner, context) == [nil])
        #expect(
            examiner.remedies(context, given: Findings()).first?.advice
                == "stop b, which is of no service of the system, or use another port"
        )
        let server = RunningProcess(identifier: 79, name: "c", service: .service("site.service"))
        #expect(
            PortHolder(socket: socket, processes: [server]).advice
                == "systemctl status site.service shows the service of c: stop that service, or use another port"
        )
        #expect(
            PortHolder(socket: socket, processes: [RunningProcess(identifier: 80, name: "d")]).advice
                == "systemctl status 80 names the service of d, if it is of one: stop that, or the process, or use another port"
        )
        #expect(commands(PortExaminer(holders: [own]), context) == [])
        let nameless = PortExaminer(holders: [PortHolder(socket: socket)])
        #expect(
            nameless.remedies(context, given: Findings()).first?.advice?.hasPrefix("sudo ss -Hlntp 'sport = :80' names")
                == true
        )
    }
}
