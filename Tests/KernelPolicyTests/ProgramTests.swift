// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import TestSupport
import Testing

@testable import LowportKernelPolicy

@Suite struct KernelProgramTests {
    /// A million cases.
    private static let policies = 2_500
    private static let requests = 400

    @Test func `the program decides as the rules do`() throws {
        var random = SplitMix(seed: 0x10_0000)
        var (granted, refused, left, narrower) = (0, 0, 0, 0)
        for _ in 0..<Self.policies {
            let policy = RandomPolicy(&random)
            for _ in 0..<Self.requests {
                let request = RandomPolicy.request(&random)
                let decision = policy.decision(for: request)
                let expected = policy.expectedOutcome(of: request, decision)
                let outcome = try #require(policy.outcome(of: request))
                switch outcome {
                case .granted: granted += 1
                case .refused: refused += 1
                case .left: left += 1
                }
                guard outcome != expected else { continue }
                // The program sees IPV6_V6ONLY for TCP and UDP alone: it may ask more of a bind of `::`, but never less.
                // And what cannot be said of the tree exactly is left to others.
                let isHidden = request.address == .v6(.any) && !request.isDualStack && request.transport == .other
                let isLeftOut = policy.leavesOut(decision, of: request)
                let isNarrower = expected == .granted && (isHidden || isLeftOut)
                try #require(
                    isNarrower,
                    "\(request) \(expected), the program says \(outcome): \(policy.text) \(policy.tree)"
                )
                if isLeftOut { narrower += 1 }
            }
        }
        #expect(granted > Self.policies && refused > Self.policies && left > Self.policies)
        #expect(narrower * 4 < granted)
    }

    @Test func `without IPV6_V6ONLY in sight a bind of the wildcard needs both families`() throws {
        let table = try RandomPolicy("allow everyone tcp 80 on ::/0\n").table
        #expect(table.dependsOnIPv6Only)
        #expect(try !RandomPolicy("allow everyone tcp 80 on ::/0,0.0.0.0/0\n").table.dependsOnIPv6Only)
        let text = table.program(for: .v6, ProgramOptions(network: 1, tick: 4_000_000)).listing
        #expect(!text.contains("socketAs"))
    }

    @Test func `ports that are not privileged and other networks are left alone`() throws {
        let policy = try RandomPolicy("allow everyone any 1-65535\nconfine root\nconfine everyone\n")
        var request = RandomPolicy.request("192.0.2.1", port: 1023)
        #expect(policy.outcome(of: request) == .granted)
        #expect(policy.outcome(of: request, network: 2) == .left)
        request.port = Port(rawValue: 1024)
        #expect(policy.outcome(of: request) == .left)
        request.port = Port(rawValue: 0)
        #expect(policy.outcome(of: request) == .left)
    }

    @Test func `without a network, all networks are meant`() throws {
        let policy = try RandomPolicy("allow everyone tcp 80\n")
        var run = policy.interpreter(for: RandomPolicy.request("192.0.2.1", port: 80), network: 77, only: nil)
        #expect(run.run() == 3)
    }

    @Test func `the group of the task decides, and not that of the socket`() throws {
        let policy = try RandomPolicy("allow everyone tcp 80\nconfine everyone\n")
        let group = ProgramGroup(inode: 50, level: 2)
        let (granted, refused) = (RandomPolicy.request("::1", port: 80), RandomPolicy.request("192.0.2.1", port: 81))
        // Beside it, below it, above it; and one that has its number somewhere else on the way.
        let cases: [([UInt64], isInside: Bool)] = [
            ([1, 40, 50], true), ([1, 40, 50, 60, 70], true), ([1, 40], false), ([1], false), ([1, 40, 51], false),
            ([1, 50, 51], false), ([1, 40, 51, 50], false), ([50], false),
        ]
        for (groups, isInside) in cases {
            for (request, outcome) in [(granted, UInt64(3)), (refused, 0)] {
                var run = policy.interpreter(for: request, group: group, groups: groups)
                #expect(run.run() == (isInside ? outcome : 1), "\(groups)")
                // What is none of its business is not written down, either.
                #expect(run.events.count == (isInside ? 1 : 0), "\(groups)")
            }
        }
    }

    @Test(arguments: [UInt32(0), 1, 1001])
    func `a file of another user is no program of a rule, and stays confined`(owner: UInt32) throws {
        let policy = try RandomPolicy("allow program /server tcp 80\nconfine program /server\n", describesItself: true)
        for (port, outcome) in [(80, owner == 0 ? UInt64(1) : 0), (81, 0)] as [(UInt16, UInt64)] {
            var request = RandomPolicy.request("192.0.2.1", port: port)
            request.program = FileIdentity(device: 7, inode: 70)
            var run = policy.interpreter(for: request)
            run.process.programOwner = owner
            #expect(run.run() == outcome, "port \(port)")
        }
    }

    /// A process that has the capability by /server, whatever it executes by now: its program, its origin, whether it acts
    /// with other credentials, and whether it has the capability from its parent while an origin is missing.
    @Test(
        arguments: [
            // What /server may, and no more.
            (70, 70, false, false, 80, 1), (70, 70, false, false, 81, 0), (4242, 70, false, false, 80, 1),
            (4242, 70, false, false, 81, 0),
            // Another confined program, whose rules are not those of the first.
            (71, 70, false, false, 81, 0), (71, 71, false, false, 81, 1), (71, nil, false, false, 81, 1),
            // Without a known origin, the program is what it executes.
            (70, nil, false, false, 81, 0), (4242, nil, false, false, 81, 1), (4242, 4243, false, false, 81, 1),
            // Credentials of somebody else, and a capability that may be anybody's, by whatever way.
            (4242, nil, true, false, 81, 0), (4242, nil, false, true, 81, 0), (4242, nil, true, true, 85, 3),
        ] as [(UInt64, UInt64?, Bool, Bool, UInt16, UInt64)]
    )
    func `the program by which a process has the capability decides`(
        executes: UInt64,
        origin: UInt64?,
        actsAsOther: Bool,
        isMissing: Bool,
        port: UInt16,
        outcome: UInt64
    ) throws {
        let policy = try RandomPolicy(
            """
            allow program /server tcp 80
            allow program /third tcp 81
            allow uid 1 tcp 85
            confine program /server
            confine program /third

            """,
            describesItself: true
        )
        for address in ["192.0.2.1", "2001:db8::1", "::"] as [ByteString] {
            var run = policy.interpreter(for: RandomPolicy.request(address, port: port))
            run.process.user = 1
            run.process.program = ProgramInode(device: 7, number: executes)
            (run.process.actsAsOther, run.process.hasCapability) = (actsAsOther, true)
            run.origins[4711] = origin.map { ProgramInode(device: 7, number: $0).key }
            if isMissing { run.origins[0] = [1] + [UInt8](repeating: 0, count: 15) }
            #expect(run.run() == outcome, "\(address)")
            // The capability, and the rule where one was needed, are noted.
            let event = try #require(BindEvent(bytes: run.events[0]))
            if executes == 70, outcome == 1 { #expect(event.check == .capability && event.line == 1) }
        }
    }

    @Test func `another rule is not narrowed, and each family is asked`() throws {
        let rules: ByteString =
            "allow program /server tcp 80 on ::/0\nallow uid 1 tcp 80 on 0.0.0.0/0\nconfine program /server\n"
        for (text, outcome) in [
            (rules, UInt64(1)), ("allow uid 1 tcp 80\n" + rules, 3), (rules + "allow uid 1 tcp 80 on ::/0\n", 3),
        ] {
            let policy = try RandomPolicy(text, describesItself: true)
            var request = RandomPolicy.request("::", port: 80)
            request.program = FileIdentity(device: 7, inode: 70)
            request.isDualStack = true
            var run = policy.interpreter(for: request)
            run.process.user = 1
            #expect(run.run() == outcome, "\(text)")
        }
    }

    @Test func `without a group there is no instruction for it`() throws {
        let table = try RandomPolicy("allow uid 1 tcp 80\n").table
        let all = table.program(for: .v4, ProgramOptions(network: 1, tick: 4_000_000))
        let some = table.program(
            for: .v4,
            ProgramOptions(network: 1, group: ProgramGroup(inode: 50, level: 2), tick: 4_000_000)
        )
        #expect(!all.listing.contains("ancestorGroup"))
        #expect(some.listing.components("call ancestorGroup") == 1)
        #expect(some.instructions.count == all.instructions.count + 5)
    }

    @Test(arguments: [false, true])
    func `an event says who bound what and by which line`(kernelDescribesItself: Bool) throws {
        let policy = try RandomPolicy("# comment\nallow uid 2 tcp 80\n", describesItself: kernelDescribesItself)
        var run = policy.interpreter(for: RandomPolicy.request("192.0.2.1", port: 80))
        run.process.program = ProgramInode(device: 65025, number: 4242)
        run.counters = [1: 41]
        #expect(run.run() == 3)
        #expect(run.counters.values.first == 42)
        let event = try #require(BindEvent(bytes: run.events[0]))
        #expect(event.user == UserID(rawValue: 2))
        #expect(event.group == GroupID(rawValue: 8))
        #expect(event.process == 4711)
        #expect(event.cgroup == 99)
        #expect(event.network == 1)
        #expect(event.command == "nginx")
        #expect(event.executable == (kernelDescribesItself ? ProgramInode(device: 65025, number: 4242) : nil))
        #expect(event.address == IPAddress("192.0.2.1"))
        #expect(event.port == Port(rawValue: 80))
        #expect(event.transport == .tcp)
        #expect(event.outcome == .granted)
        #expect(event.source == 7)
        #expect(event.line == 2)
        #expect(run.statistics[24] == 1 && run.statistics[16] == 0)
    }

    /// A process with or without the capability, at a depth of user namespaces, and a network at another; what the
    /// kernel then says (capabilities(7)).
    @Test(
        arguments: [
            (true, 0, 0, 99, 1024, KernelCheck.capability), (false, 0, 0, 99, 1024, .noCapability),
            (true, 0, 2, 99, 1024, .capability), (false, 0, 2, 99, 1024, .noCapability),
            // One that has made its own user namespace has all capabilities there, and none for the network above.
            (true, 2, 0, 99, 1024, .noCapability), (true, 1, 1, 99, 1024, .capability),
            (true, 2, 1, 99, 1024, .noCapability),
            // The owner of the namespace of the network, or of one on the way to it, in the one above.
            (false, 0, 1, 2, 1024, .capability), (false, 0, 2, 2, 1024, .capability),
            (false, 1, 1, 2, 1024, .noCapability),
            (false, 0, 0, 99, 81, .unprivileged), (false, 0, 0, 99, 82, .noCapability),
            (true, 0, 9, 99, 1024, .unknown),
        ] as [(Bool, UInt64, UInt64, UInt32, UInt64, KernelCheck)]
    )
    func `an event says what the kernel will answer`(
        hasCapability: Bool,
        own: UInt64,
        network: UInt64,
        owner: UInt32,
        threshold: UInt64,
        check: KernelCheck
    ) throws {
        let policy = try RandomPolicy("allow uid 2 tcp 80\n", describesItself: true)
        for address in ["192.0.2.1", "::1"] as [ByteString] {
            var run = policy.interpreter(for: RandomPolicy.request(address, port: 81))
            run.process.hasCapability = hasCapability
            (run.process.ownDepth, run.process.networkDepth) = (own, network)
            (run.process.namespaceOwner, run.process.threshold) = (owner, threshold)
            let counter = UInt64(EngineMap.ruleCounterCount) + UInt64(check.rawValue)
            run.counters = [counter: 4]
            #expect(run.run() == 1)
            let event = try #require(BindEvent(bytes: run.events[0]))
            #expect(event.outcome == .left && event.check == check)
            // Each is counted once.
            #expect(run.counters[counter] == (check == .unknown ? 4 : 5))
            #expect(run.statistics[8] == (check == .unknown ? 1 : 0))
        }
    }

    @Test func `the time of an event is right to a tick, and after a sleep too`() throws {
        let policy = try RandomPolicy("allow uid 2 tcp 80\n")
        var run = policy.interpreter(for: RandomPolicy.request("192.0.2.1", port: 80))
        run.uptime = 7_001_000_000
        let hour: UInt64 = 3_600_000_000_000
        let pauses: [(UInt64, UInt64)] = [
            (0, 0), (50_000_000, 0), (49_000_000, 0), (200_000_000, hour), (3_000_000, 0),
        ]
        for (waited, slept) in pauses {
            run.uptime += waited
            run.slept += slept
            #expect(run.run() == 3)
            let event = try #require(run.events.last.flatMap { BindEvent(bytes: $0) })
            let truth = run.uptime + run.slept
            #expect(event.time.distance(to: truth).magnitude <= Interpreter.tick)
        }
        #expect(run.exactReadings == 2)
    }

    @Test func `events without room are counted`() throws {
        let policy = try RandomPolicy("allow uid 1 tcp 80\n")
        var run = policy.interpreter(for: RandomPolicy.request("::1", port: 80))
        run.ringBufferIsFull = true
        #expect(run.run() == 1)
        #expect(run.statistics[16] == 1 && run.statistics[8] == 1)
    }

    @Test func `a kernel that refuses a look is asked for less, until the program looks at nothing`() {
        var options = ProgramOptions(
            network: 1,
            tick: 4_000_000,
            isIPv6Only: Interpreter.Socket.isIPv6Only,
            task: Interpreter.task,
            socket: Interpreter.socket
        )
        var looks = 0
        while options.looksIntoKernel && looks < 9 {
            options.dropOneFeature()
            looks += 1
        }
        #expect(looks == 3)
        #expect(options == ProgramOptions(network: 1, tick: 4_000_000))
    }

    @Test func `a program asks only for what there is`() throws {
        let table = try RandomPolicy("allow uid 1 tcp 80\n").table
        let text = table.program(for: .v4, ProgramOptions(network: nil, tick: 4_000_000, audits: false)).listing
        #expect(text.components("call mapLookup") == 1)
        #expect(!text.contains("atomicTime"))
        #expect(text.contains("goto granted"))
    }
}

extension String {
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
