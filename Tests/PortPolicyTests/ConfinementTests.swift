// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import Testing

@Suite struct ConfinementTests {
    private func file(_ text: ByteString) -> RulesFile { RulesFile(path: "rules", content: text.bytes) }

    @Test(arguments: ["confine everyone", "confine root", "confine user web", "confine group dns"] as [ByteString])
    func `a line that confines is written as it was read`(_ text: ByteString) {
        let file = file(text + " # why\n")
        #expect(file.isValid)
        #expect(file.confinements.map(\.confinement.byteString) == [text])
        #expect(file.rules.isEmpty)
    }

    @Test(
        arguments: [
            ("confine everyone", 1, true), ("confine everyone", 0, false), ("confine root", 0, true),
            ("confine root", 1, false), ("confine user web", 1, true), ("confine user web", 2, false),
            ("confine user nobody-has-this", 2, false), ("confine group dns", 2, true),
        ] as [(ByteString, UInt32, Bool)]
    )
    func `a decision names the line that confines`(_ text: ByteString, _ user: UInt32, _ isConfined: Bool) {
        let request = BindRequest(
            user: UserID(rawValue: user),
            groups: [GroupID(rawValue: user == 2 ? 10 : 11)],
            transport: .tcp,
            address: .v4(.any),
            port: Port(rawValue: 80)
        )
        let decision = Decision([
            RuleSet([file("# first\n" + text + "\n")])
                .answer(to: request, now: Timestamp(rawValue: 0), names: RandomNames())
        ])
        #expect(!decision.isAllowed)
        #expect(decision.confinement == (isConfined ? RuleLocation(file: "rules", line: 2) : nil))
    }
}
