// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import LowportPolicyEditing
import TestSupport
import Testing

/// Adding to a rules file and taking away from it.
@Suite struct EditingTests {
    private func file(_ text: ByteString) -> RulesFile { RulesFile(path: "rules", content: text.bytes) }

    private func rule(_ text: ByteString) throws -> Rule { try #require(file(text).rules.first?.rule) }

    @Test("A rule is added behind what is there") func addsBehindWhatIsThere() throws {
        let rule = try rule("allow user web tcp 80")
        #expect(file("").adding(rule).content == ByteString("allow user web tcp 80\n").bytes)
        let change = file("# mine\nallow uid 1 tcp 80").adding(rule, comment: "web server")
        #expect(
            ByteString(change.content) == "# mine\nallow uid 1 tcp 80\nallow user web tcp 80  # web server\n"
        )
        #expect(change.added == ["allow user web tcp 80  # web server"])
    }

    @Test(
        "No rule is added twice",
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
        "A rule is added that no other covers",
        arguments: [
            "allow user web tcp 81", "allow uid 1 tcp 80", "allow user web udp 80", "allow user web tcp 80 on ::1",
            "allow user web tcp 80 until 2026-01-01T00:00:00Z",
        ] as [ByteString]
    )
    func addsWhatIsNotCovered(_ existing: ByteString) throws {
        #expect(!file(existing).adding(try rule("allow user web tcp 80")).isEmpty)
    }

    @Test(
        "What is taken away is gone, and nothing else",
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
        let change = file(before).removing(
            Revocation(taken.principal, taken.transports, taken.ports, on: taken.prefixes)
        )
        #expect(ByteString(change.content) == after)
        #expect(change.isEmpty == (before == after))
    }

    @Test("A prefix is split around what is taken away") func splitsAddresses() throws {
        func left(_ text: ByteString, _ taken: ByteString) throws -> [ByteString] {
            let taken = try rule(taken)
            let revocation = Revocation(taken.principal, taken.transports, taken.ports, on: taken.prefixes)
            return try rule(text).subtracting(revocation).map(\.byteString)
        }
        #expect(
            try left("allow user web tcp 80 on 10.0.0.0/29", "allow user web any 80 on 10.0.0.2")
                == ["allow user web tcp 80 on 10.0.0.4/30,10.0.0.0/31,10.0.0.3"]
        )
        #expect(
            try left("allow user web tcp 80", "allow user web any 80 on 128.0.0.0/1")
                == ["allow user web tcp 80 on 0.0.0.0/1,::/0"]
        )
        #expect(
            try left("allow user web tcp 80-81", "allow user web any 80 on 0.0.0.0/0,8000::/1")
                == ["allow user web tcp 81", "allow user web tcp 80 on ::/1"]
        )
        // ::ffff:0:0/96 is IPv4, which a rule for ::/0 has never been for.
        let rest = try left("allow user web tcp 80 on ::/0", "allow user web any 80 on ::fffe:0:0/96")
        #expect(rest.allSatisfy { !$0.description.contains("0.0.0.0/0") })
        // A single address of IPv6 leaves 128 prefixes, which do not fit into one line.
        let lines = try left("allow user web tcp 80 on ::/0", "allow user web any 80 on ::1")
        #expect(lines.count == 4 && lines.allSatisfy { $0.count < RulesFile.maximumLineLength })
    }

    /// Whether taking `prefixes` away takes an address from under the request. A wildcard is on every address of its family.
    private func takesAddress(of request: BindRequest, _ prefixes: [AddressPrefix]) -> Bool {
        if prefixes.isEmpty { return true }
        let addresses = [request.address.unmapped] + (request.isDualStack ? [.v4(.any)] : [])
        return addresses.contains { address in
            prefixes.contains { prefix in
                if prefix.contains(address) { return true }
                switch (prefix.address, address) {
                case (.v4, .v4), (.v6, .v6): return address.isWildcard
                default: return false
                }
            }
        }
    }

    /// For every request: allowed afterwards exactly if allowed before and not taken, but for the protocols without a name.
    @Test("Exactly what is asked is taken away") func takesExactlyWhatIsAsked() throws {
        var random = SplitMix(seed: 17)
        for _ in 0..<3000 {
            let rule = Rule.random(&random)
            let other = Rule.random(&random)
            let taken = Rule(rule.principal, other.transports, [.random(&random)], on: other.prefixes)
            let left = rule.subtracting(
                Revocation(taken.principal, taken.transports, taken.ports, on: taken.prefixes)
            )
            let text = left.map { $0.byteString.description + "\n" }.joined()
            let after = RuleSet([RulesFile(path: "", content: Array(text.utf8))])
            let before = RuleSet([RulesFile(path: "", content: rule.byteString.bytes)])
            for _ in 0..<20 {
                var request = BindRequest.random(&random)
                if request.transport == .other { request.transport = .tcp }
                let now = Timestamp(rawValue: 100)
                let wasAllowed = before.grants(for: request, now: now, names: RandomNames()) != nil
                let isTaken =
                    taken.transports.includes(request.transport) && taken.ports[0].contains(request.port)
                    && takesAddress(of: request, taken.prefixes)
                let isAllowed = after.grants(for: request, now: now, names: RandomNames()) != nil
                #expect(isAllowed == (wasAllowed && !isTaken), "\(rule.byteString) minus \(taken.byteString)")
            }
        }
    }
}
