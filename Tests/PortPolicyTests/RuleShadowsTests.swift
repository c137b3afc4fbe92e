// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import LowportPolicyInventory
import TestSupport
import Testing

/// Which rules are superfluous.
@Suite struct RuleShadowsTests {
    private func covers(_ text: ByteString) -> [Int?] {
        let rules = RulesFile(path: "rules", content: text.bytes).rules
        let shadows = RuleShadows(rules, now: Timestamp(rawValue: 100))
        return rules.indices.map { shadows.cover(ofRule: $0)?.line }
    }

    @Test("The wider rule is found") func findsTheWiderRule() {
        #expect(covers("allow user a tcp 80\nallow user a tcp 1-100\n") == [2, nil])
        #expect(covers("allow user a any 80\nallow user a tcp 80 on 127.0.0.1\n") == [nil, 1])
        #expect(covers("allow user a tcp 80\nallow user b tcp 80\n") == [nil, nil])
        #expect(covers("allow user a tcp 80\nallow everyone tcp 80\n") == [2, nil])
        #expect(covers("allow everyone tcp 80\nallow user a tcp 80\n") == [nil, 1])
    }

    @Test("Of two equal rules the later one is superfluous") func ofTwoEqualRulesTheLaterOneIsSuperfluous() {
        #expect(covers("allow user a tcp 80\nallow user a tcp 80\n") == [nil, 1])
    }

    @Test("What ends covers nothing that stays") func whatEndsCoversNothingThatStays() {
        #expect(covers("allow user a tcp 80 until 2099-01-01T00:00:00Z\nallow user a tcp 80\n") == [2, nil])
        #expect(covers("allow user a tcp 1-90 until 1970-01-01T00:00:01Z\nallow user a tcp 80\n") == [nil, nil])
    }

    /// The search by ports finds what a comparison of all rules with all others finds.
    @Test("Comparing all rules finds the same") func agreesWithComparingAll() {
        var random = SplitMix(seed: 17)
        var found = 0
        for _ in 0..<300 {
            let rules = (0..<12).map { _ in Rule.random(&random) }
            let text = rules.map { $0.byteString.description + "\n" }.joined()
            let now = Timestamp(rawValue: 100)
            let isCovered = covers(ByteString(text)).map { $0 != nil }
            let naive = rules.indices.map { index in
                rules.indices.contains { other in
                    guard other != index, !rules[other].isExpired(at: now) else { return false }
                    var sought = rules[index]
                    let isSame = rules[other].principal == sought.principal
                    // A rule without the program, or for everybody, may cover as well.
                    let wider = [sought.principal.identity, .everyone]
                    if !isSame, wider.contains(rules[other].principal) { sought.principal = rules[other].principal }
                    guard rules[other].covers(sought) else { return false }
                    return other < index || !isSame || !sought.covers(rules[other])
                }
            }
            #expect(isCovered == naive, "\(text)")
            found += isCovered.count { $0 }
        }
        #expect(found > 100)
    }
}
