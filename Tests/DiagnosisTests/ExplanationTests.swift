// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLaunch
import LowportLinux
import LowportPolicy
import Testing

@testable import LowportDiagnosis

/// Contexts that people reported, and the cause and the command that the answer has to name.
@Suite struct ExplanationTests: ExplanationSuite {
    @Test func nothingAllows() throws {
        expect(
            try context(),
            false,
            "user web cannot bind tcp 80: no rule and no file of authbind allows it",
            remedy: "sudo lowport grant 80 --user web"
        )
    }

    @Test func aRuleAllows() throws {
        expect(
            try context(rules: "# web\nallow uid 1000 tcp 80\n"),
            true,
            "user web can bind tcp 80 by rule /etc/lowport/rules:2, started with lowport run or authbind"
        )
    }

    @Test func theTreeAllows() throws {
        expect(
            try context(tree: ["byport/80": nil as Errno?]),
            true,
            "user web can bind tcp 80 by /etc/authbind/byport/80, started with lowport run or authbind"
        )
    }

    @Test func theFileIsNotExecutable() throws {
        expect(
            try context(tree: ["byport/80": .permissionDenied]),
            false,
            "user web cannot bind tcp 80: /etc/authbind/byport/80 is there, but user web may not execute it",
            remedy: "sudo chmod a+x /etc/authbind/byport/80"
        )
    }

    @Test func theRuleIsForIPv6Alone() throws {
        expect(
            try context(rules: "allow uid 1000 tcp 80 on ::/0"),
            false,
            "user web cannot bind tcp 80: /etc/lowport/rules:1 is for ::/0 alone",
            remedy: "sudo lowport grant 80 --user web"
        )
        expect(
            try context(rules: "allow uid 1000 tcp 80 on ::/0", address: "::"),
            false,
            "user web cannot bind tcp 80 on [::]: /etc/lowport/rules:1 is for IPv6 alone, and the socket would take IPv4 as well"
        )
    }

    @Test(
        arguments: [
            ("allow uid 1000 udp 80", "is for udp"),
            ("allow uid 1000 tcp 80 until 2026-01-01T00:00:00Z", "expired at 2026-01-01T00:00:00Z"),
            ("allow uid 1000 tcp 80 on 127.0.0.0/8", "is for 127.0.0.0/8 alone"),
        ] as [(ByteString, String)]
    )
    func theRuleIsNear(_ rule: ByteString, _ difference: String) throws {
        expect(try context(rules: rule), false, "user web cannot bind tcp 80: /etc/lowport/rules:1 \(difference)")
    }

    @Test func rulesForOthersAreNotTheCause() throws {
        expect(
            try context(rules: "allow uid 1001 tcp 80"),
            false,
            "user web cannot bind tcp 80: no rule and no file of authbind allows it"
        )
    }

    @Test func ofManyNearRulesSomeAreNamed() throws {
        let lines = (0..<20).map { "allow uid \(2000 + $0) tcp 80\n" as ByteString } + ["allow uid 1000 udp 80\n"]
        let explanation = explain(try context(rules: lines.reduce(into: ByteString()) { $0 += $1 }))
        #expect(explanation.verdict.hasSuffix("/etc/lowport/rules:21 is for udp"))
        let rules = explanation.findings.filter { $0.subject == .permission(.rules) }.map(\.text)
        #expect(rules.count == 7)
        #expect(rules.last == "16 more rules for the port are like that: lowport list --port 80")
    }

    @Test func rulesInAFileThatDoesNotCountAreTheCause() throws {
        var ignored = try context()
        ignored.policy.ignoredFiles = [
            .init(
                reason: "/etc/lowport/rules: mode 0664, …",
                repair: "sudo chmod go-w /etc/lowport/rules",
                wouldAllow: true
            )
        ]
        expect(ignored, false, "user web cannot bind tcp 80: it would be allowed, but /etc/lowport/rules: mode 0664, …")
        #expect(
            explain(ignored).remedies.map(\.command) == ["sudo chmod go-w /etc/lowport/rules", "lowport run PROGRAM"]
        )
    }

    @Test(arguments: [
        (ProcessDelivery.library, ProgramImage.dynamic, true), (.library, .go, false), (.broker, .go, true),
        (.none, .dynamic, false),
    ])
    func whatReachesARunningProcess(_ delivery: ProcessDelivery, _ image: ProgramImage, _ canBind: Bool) throws {
        var credentials = web
        credentials.hasNoNewPrivileges = delivery == .broker
        var running = try context(
            rules: "allow uid 1000 tcp 80",
            program: ProgramFile(path: "/srv/server", image: image)
        )
        running.process = BindingProcess(identifier: 77, credentials: credentials, delivery: delivery)
        #expect(explain(running).canBind == canBind)
    }

    @Test func theFileWasReplaced() throws {
        var credentials = web
        credentials.effective = [.netBindService]
        var running = try context(program: ProgramFile(path: "/srv/server", image: .go))
        running.process = BindingProcess(identifier: 77, credentials: credentials)
        let replacement = FileExaminer(replacement: ProgramFile(path: "/srv/server", image: .go))
        let explanation = explain(running, [replacement])
        #expect(explanation.canBind)
        #expect(
            explanation.findings.contains { $0.text.hasSuffix("the file that is there now has no file capabilities") }
        )
    }

    @Test func thePortNeedsNothing() throws {
        expect(
            try context(),
            seen: [ThresholdExaminer(first: 80)],
            true,
            "user web can bind tcp 80: the port needs no privilege here"
        )
    }
}
