// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import LowportPolicyEditing
import TestSupport
import Testing

/// Whether a change only takes away.
@Suite struct RulesEffectTests {
    @Test(
        "What a change comes to is found",
        arguments: [
            ("allow user a tcp 80,443\n", "allow user a tcp 80\n", RulesEffect.narrows),
            ("allow user a tcp 80\n", "", .narrows), ("", "", .narrows), ("", "confine everyone\n", .narrows),
            ("allow user a any 1-9\n", "# no more\nallow user a tcp 3 on ::1\n", .narrows),
            ("allow user a tcp 80\n", "allow user a tcp 80 until 2030-01-01T00:00:00Z\n", .narrows),
            ("allow user a tcp 80\n", "allow user a tcp 81\n", .widens), ("", "allow everyone tcp 1\n", .widens),
            ("allow user a tcp 80 until 2030-01-01T00:00:00Z\n", "allow user a tcp 80\n", .widens),
            ("confine user a\n", "confine user b\n", .widens), ("confine everyone\n", "", .widens),
            // A file with an error allows nothing, but confines.
            ("allow user a tcp 80\nalow\n", "allow user a tcp 80\n", .widens),
            ("alow\nconfine user a\n", "", .widens), ("alow\n", "# mended\n", .narrows),
        ] as [(ByteString, ByteString, RulesEffect)]
    )
    func isFound(_ old: ByteString, _ new: ByteString, _ effect: RulesEffect) {
        let (old, new) = (RulesFile(path: "", content: old.bytes), RulesFile(path: "", content: new.bytes))
        #expect(RulesEffect(from: old, to: new) == effect)
    }

    @Test("Revocations only take away") func revocationsNarrow() {
        var random = SplitMix(seed: 0x2E70)
        for _ in 0..<200 {
            let rule = Rule.random(&random)
            let file = RulesFile(path: "", content: (rule.byteString + "\n").bytes)
            let port = PortRange(Port(rawValue: UInt16.random(in: 1...12, using: &random)))
            let change = file.removing(Revocation(rule.principal, .tcp, [port]))
            #expect(RulesEffect(from: file, to: RulesFile(path: "", content: change.content)) == .narrows, "\(rule)")
        }
    }
}
