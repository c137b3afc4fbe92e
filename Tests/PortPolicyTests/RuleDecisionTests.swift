// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import TestSupport
import Testing

/// What rules allow.
@Suite struct RuleDecisionTests {
    private let now = Timestamp(rawValue: 100)

    private func set(_ rules: [Rule]) -> RuleSet {
        let text = rules.map { $0.byteString.description + "\n" }.joined()
        return RuleSet([RulesFile(path: "rules", content: Array(text.utf8))])
    }

    private func isAllowed(_ request: BindRequest, by rules: [Rule]) -> Bool {
        set(rules).grants(for: request, now: now, names: RandomNames()) != nil
    }

    private func request(
        _ address: ByteString,
        _ port: UInt16 = 80,
        user: UInt32 = 1,
        groups: [UInt32] = [1],
        transport: TransportProtocol = .tcp,
        isDualStack: Bool = false
    ) throws -> BindRequest {
        BindRequest(
            user: UserID(rawValue: user),
            groups: groups.map { GroupID(rawValue: $0) },
            transport: transport,
            address: try #require(IPAddress(address)),
            port: Port(rawValue: port),
            isDualStack: isDualStack
        )
    }

    private func decide(_ rule: ByteString, _ request: BindRequest) -> Bool {
        let file = RulesFile(path: "rules", content: rule.bytes)
        #expect(file.isValid)
        return RuleSet([file]).grants(for: request, now: now, names: RandomNames()) != nil
    }

    @Test("A rule is for the user or the group that it names") func principals() throws {
        let mine = try request("127.0.0.1", groups: [5, 10])
        #expect(decide("allow user web tcp 80", mine))
        #expect(decide("allow uid 1 tcp 80", mine))
        #expect(decide("allow group dns tcp 80", mine))
        #expect(decide("allow gid 5 tcp 80", mine))
        #expect(decide("allow everyone tcp 80", mine))
        #expect(!decide("allow user dev tcp 80", mine))
        #expect(!decide("allow gid 1 tcp 80", mine))
        #expect(!decide("allow user stranger tcp 80", mine))
        #expect(!decide("allow group strangers tcp 80", mine))
    }

    @Test("Wildcards need every address") func wildcardsNeedEveryAddress() throws {
        let wildcard = try request("0.0.0.0")
        #expect(decide("allow user web tcp 80", wildcard))
        #expect(decide("allow user web tcp 80 on 0.0.0.0/0", wildcard))
        #expect(!decide("allow user web tcp 80 on 127.0.0.0/8", wildcard))
        #expect(!decide("allow user web tcp 80 on 0.0.0.0/8", wildcard))
        #expect(!decide("allow user web tcp 80 on 0.0.0.0", wildcard))
        #expect(!decide("allow user web tcp 80 on ::/0", wildcard))
    }

    @Test("Dual stack needs both families") func dualStackNeedsBothFamilies() throws {
        let only6 = try request("::")
        let dual = try request("::", isDualStack: true)
        #expect(decide("allow user web tcp 80 on ::/0", only6))
        #expect(!decide("allow user web tcp 80 on ::/0", dual))
        #expect(!decide("allow user web tcp 80 on 0.0.0.0/0", dual))
        #expect(decide("allow user web tcp 80 on ::/0,0.0.0.0/0", dual))
        #expect(decide("allow user web tcp 80", dual))
        #expect(decide("allow user web tcp 80 on ::/0\nallow gid 1 tcp 80 on 0.0.0.0/0", dual))
    }

    @Test("Mapped addresses are IPv4") func mappedAddressesAreIPv4() throws {
        let mapped = try request("::ffff:127.0.0.1")
        #expect(decide("allow user web tcp 80 on 127.0.0.0/8", mapped))
        #expect(!decide("allow user web tcp 80 on ::/0", mapped))
    }

    @Test("A rule is for the protocols that it names") func protocols() throws {
        #expect(decide("allow user web any 80", try request("::1", transport: .other)))
        #expect(!decide("allow user web tcp,udp 80", try request("::1", transport: .other)))
        #expect(!decide("allow user web tcp 80", try request("::1", transport: .udp)))
    }

    @Test("A rule ends when its time has come") func endsWhenItsTimeHasCome() throws {
        let mine = try request("::1")
        #expect(decide("allow user web tcp 80 until 1970-01-01T00:01:41Z", mine))
        #expect(!decide("allow user web tcp 80 until 1970-01-01T00:01:40Z", mine))
    }

    @Test("Faulty files grant nothing and others do") func faultyFilesGrantNothingAndOthersDo() throws {
        let bad = RulesFile(path: "bad", content: ByteString("allow user web tcp 80\nallow\n").bytes)
        let good = RulesFile(path: "good", content: ByteString("allow user web tcp 81\n").bytes)
        let rules = RuleSet([bad, good])
        #expect(rules.grants(for: try request("::1", 80), now: now, names: RandomNames()) == nil)
        let granted = rules.grants(for: try request("::1", 81), now: now, names: RandomNames())
        #expect(granted == [RuleLocation(file: "good", line: 1)])
    }

    /// What is damaged may be the line that confines the program.
    @Test("With a fault anywhere, a rule for a program counts for its capability alone")
    func faultsLeaveNoRuleForAProgram() throws {
        let names = RandomNames()
        var mine = try request("::1", 80)
        mine.program = names.program(at: "/server")
        let good = RulesFile(path: "good", content: ByteString("allow everyone program /server tcp 80\n").bytes)
        let bad = RulesFile(path: "bad", content: ByteString("confine program /server\nallow\n").bytes)
        let place = [RuleLocation(file: "good", line: 1)]
        #expect(RuleSet([good]).grants(for: mine, now: now, names: names) == place)
        for rules in [RuleSet([good, bad]), RuleSet([good], isWhole: false)] {
            #expect(rules.grants(for: mine, now: now, names: names) == nil)
            #expect(rules.grants(for: mine, now: now, names: names, isCapable: true) == place)
        }
    }

    /// The rules of the language once more, written as plainly as they can be, with every address as 128 bits.
    private func naiveAnswer(_ request: BindRequest, _ rules: [Rule]) -> Bool {
        func bits(_ address: IPAddress) -> [Bool] {
            let bytes: [UInt8] =
                switch address.unmapped {
                case .v4(let address): [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: address.rawValue >> $0) }
                case .v6(let address): address.networkBytes
                }
            return bytes.flatMap { byte in (0..<8).map { byte & 128 >> $0 != 0 } }
        }
        func isAllowed(_ address: IPAddress) -> Bool {
            for rule in rules {
                if let end = rule.until, end.rawValue <= now.rawValue { continue }
                guard rule.ports.contains(where: { ($0.lower.rawValue...$0.upper.rawValue) ~= request.port.rawValue })
                else { continue }
                let bit: UInt8 = request.transport == .tcp ? 1 : request.transport == .udp ? 2 : 4
                guard rule.transports.rawValue & bit != 0 else { continue }
                let wanted = bits(address)
                let inside =
                    rule.prefixes.isEmpty
                    || rule.prefixes.contains { prefix in
                        let fixed = bits(prefix.address)
                        return fixed.count == wanted.count
                            && fixed.prefix(prefix.length) == wanted.prefix(prefix.length)
                            && (prefix.length == 0 || wanted.contains(true))
                    }
                guard inside else { continue }
                var principal = rule.principal
                if case .program(let path, let whom) = principal {
                    guard let program = request.program, RandomNames().program(at: path) == program else { continue }
                    principal = whom
                }
                switch principal {
                case .program: continue
                case .everyone: return true
                case .user(let name): if RandomNames().user(named: name) == request.user { return true }
                case .userID(let user): if user == request.user { return true }
                case .group(let name):
                    if let group = RandomNames().group(named: name), request.groups.contains(group) { return true }
                case .groupID(let group): if request.groups.contains(group) { return true }
                }
            }
            return false
        }
        return isAllowed(request.address) && (!request.isDualStack || isAllowed(.v4(.any)))
    }

    @Test("A naive evaluator decides alike") func agreesWithANaiveReading() {
        var random = SplitMix(seed: 11)
        var allowed = 0
        for _ in 0..<5000 {
            let rules = (0..<Int.random(in: 0...5, using: &random)).map { _ in Rule.random(&random) }
            let set = set(rules)
            for _ in 0..<200 {
                let request = BindRequest.random(&random)
                let answer = set.grants(for: request, now: now, names: RandomNames()) != nil
                // A million times, and so without what #expect costs.
                if answer != naiveAnswer(request, rules) { Issue.record("\(request) by \(rules)") }
                allowed += answer ? 1 : 0
            }
        }
        // Neither answer may be the rule, or the comparison says nothing.
        #expect((50_000...950_000).contains(allowed))
    }

    @Test("Reading for one port changes nothing for it") func readingForOnePortChangesNothingForIt() {
        var random = SplitMix(seed: 17)
        for _ in 0..<5000 {
            let rules = (0..<Int.random(in: 0...5, using: &random)).map { _ in Rule.random(&random) }
            let text = rules.reduce(into: [UInt8]()) { $0 += ($1.byteString + "\n").bytes }
            let request = BindRequest.random(&random)
            let file = RulesFile(path: "rules", content: text, onlyFor: request.port)
            let answer = RuleSet([file]).grants(for: request, now: now, names: RandomNames())
            #expect(answer == set(rules).grants(for: request, now: now, names: RandomNames()))
        }
    }

    @Test(
        "Faults in rules for other ports count",
        arguments: [
            "allow user web tcp 81 on 10.0.0.0/8 on ::1", "allow user web tcp 81,x",
            "allow user web tcp 81 on 10.0.0.1/8",
            "allow user 5 tcp 81", "allow user web tcp 81 until noon", "confine nobody", "alow user web tcp 81",
        ]
    )
    func faultsInRulesForOtherPortsCount(line: String) {
        let content = Array("allow everyone tcp 80\n\(line)\n".utf8)
        let file = RulesFile(path: "rules", content: content, onlyFor: Port(rawValue: 80))
        #expect(!file.isValid)
    }

    @Test("Confinement allows and refuses nothing by itself") func confinementAllowsAndRefusesNothingByItself() {
        var random = SplitMix(seed: 19)
        let confinements: [ConfinedPrincipal] = [.everyone, .root, .user("web"), .user("ghost"), .group("dns")]
        for _ in 0..<2000 {
            let rules = (0..<3).map { _ in Rule.random(&random) }
            let confinement = confinements.randomElement(using: &random) ?? .everyone
            var lines = rules.map(\.byteString)
            lines.insert(confinement.byteString, at: Int.random(in: 0...3, using: &random))
            let text = lines.reduce(into: [UInt8]()) { $0 += ($1 + "\n").bytes }
            let file = RulesFile(path: "rules", content: text)
            let request = BindRequest.random(&random)
            #expect(file.isValid && file.confinements.map(\.confinement) == [confinement])
            let answer = RuleSet([file]).grants(for: request, now: now, names: RandomNames())
            #expect((answer != nil) == isAllowed(request, by: rules))
        }
    }

    @Test("Order never matters and removing never allows more") func orderNeverMattersAndRemovingNeverAllowsMore() {
        var random = SplitMix(seed: 13)
        for _ in 0..<2000 {
            let rules = (0..<4).map { _ in Rule.random(&random) }
            let request = BindRequest.random(&random)
            let answer = isAllowed(request, by: rules)
            #expect(isAllowed(request, by: rules.shuffled(using: &random)) == answer)
            for index in rules.indices where !answer {
                var fewer = rules
                fewer.remove(at: index)
                #expect(!isAllowed(request, by: fewer))
            }
        }
    }
}
