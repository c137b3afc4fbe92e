// SPDX-License-Identifier: Apache-2.0
import Linux
import PortPolicy
import Testing

/// Adding to a rules file and taking away from it.
@Suite struct EditingTests {
    private func file(_ text: ByteString) -> RulesFile { RulesFile(path: "rules", content: text.bytes) }

    private func rule(_ text: ByteString) throws -> Rule { try #require(file(text).rules.first?.rule) }

    @Test func addsBehindWhatIsThere() throws {
        let rule = try rule("allow user web tcp 80")
        #expect(file("").adding(rule).content == ByteString("allow user web tcp 80\n").bytes)
        let change = file("# mine\nallow uid 1 tcp 80").adding(rule, comment: "web server")
        #expect(
            ByteString(change.content) == "# mine\nallow uid 1 tcp 80\nallow user web tcp 80  # web server\n"
        )
        #expect(change.added == ["allow user web tcp 80  # web server"])
    }

    @Test(
        arguments: [
            "allow user web tcp 80", "allow user web tcp,udp 79-81", "allow user web any 80",
            "allow user web tcp 443,80",
        ] as [ByteString]
    )
    func addsNothingTwice(_ existing: ByteString) throws {
        let change = file(existing).adding(try rule("allow user web tcp 80"))
        #expect(change.isEmpty)
        #expect(ByteString(change.content) == existing)
    }

    @Test(
        arguments: [
            "allow user web tcp 81", "allow uid 1 tcp 80", "allow user web udp 80", "allow user web tcp 80 on ::1",
            "allow user web tcp 80 until 2026-01-01T00:00:00Z",
        ] as [ByteString]
    )
    func addsWhatIsNotCovered(_ existing: ByteString) throws {
        #expect(!file(existing).adding(try rule("allow user web tcp 80")).isEmpty)
    }

    @Test(
        arguments: [
            ("allow user web tcp 80", "allow user web any 80", ""),
            ("allow user web tcp 80,443", "allow user web any 80", "allow user web tcp 443\n"),
            ("allow user web tcp 79-81  # mine", "allow user web any 80", "allow user web tcp 79,81  # mine\n"),
            ("allow user web any 80", "allow user web tcp 80", "allow user web udp 80\n"),
            (
                "allow user web tcp,udp 53-54", "allow user web udp 53",
                "allow user web tcp,udp 54\nallow user web tcp 53\n"
            ),
            (
                "allow user web tcp 80 on ::1,127.0.0.0/8", "allow user web any 80 on ::1",
                "allow user web tcp 80 on 127.0.0.0/8\n"
            ),
            ("allow user web tcp 80 on ::1", "allow user web any 80", ""),
            (
                "# c\nallow user web tcp 80\n\nallow uid 1 tcp 80\n", "allow user web any 80",
                "# c\n\nallow uid 1 tcp 80\n"
            ),
            ("allow user web tcp 81", "allow user web any 80", "allow user web tcp 81"),
            ("allow user web tcp 80 until 2026-01-01T00:00:00Z", "allow user web any 1-1023", ""),
        ] as [(ByteString, ByteString, ByteString)]
    )
    func takesAway(_ before: ByteString, _ taken: ByteString, _ after: ByteString) throws {
        let taken = try rule(taken)
        let change = try file(before).removing(
            Revocation(taken.identity, taken.transports, taken.ports, on: taken.prefixes)
        )
        #expect(ByteString(change.content) == after)
        #expect(change.isEmpty == (before == after))
    }

    @Test func refusesToSplitAddresses() throws {
        let taken = try rule("allow user web any 80 on 127.0.0.1")
        let revocation = Revocation(taken.identity, taken.transports, taken.ports, on: taken.prefixes)
        for text in ["allow user web tcp 80", "allow user web tcp 80 on 127.0.0.0/8"] as [ByteString] {
            #expect(throws: AddressesNotSeparable.self) { try file(text).removing(revocation) }
        }
    }

    /// For every request: allowed afterwards exactly if allowed before and not taken, but for the protocols without a name.
    @Test func takesExactlyWhatIsAsked() throws {
        var random = SplitMix(seed: 17)
        for _ in 0..<3000 {
            let rule = Rule.random(&random)
            let taken = Rule(rule.identity, Rule.random(&random).transports, [.random(&random)], on: [])
            let left = try rule.subtracting(Revocation(taken.identity, taken.transports, taken.ports))
            let text = left.map { $0.byteString.description + "\n" }.joined()
            let after = RuleSet([RulesFile(path: "", content: Array(text.utf8))])
            let before = RuleSet([RulesFile(path: "", content: rule.byteString.bytes)])
            for _ in 0..<20 {
                var request = BindRequest.random(&random)
                if request.transport == .other { request.transport = .tcp }
                let now = Timestamp(rawValue: 100)
                let wasAllowed = before.grants(for: request, now: now, names: RandomNames()) != nil
                let isTaken = taken.transports.includes(request.transport) && taken.ports[0].contains(request.port)
                let isAllowed = after.grants(for: request, now: now, names: RandomNames()) != nil
                #expect(isAllowed == (wasAllowed && !isTaken), "\(rule.byteString) minus \(taken.byteString)")
            }
        }
    }
}
