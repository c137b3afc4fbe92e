// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import Testing

@testable import LowportDiagnosis

/// What follows from a list of findings, whatever they were found by.
@Suite struct FindingsTests: ExplanationSuite {
    private func findings(_ list: (Subject, Finding.Effect)...) -> Findings {
        var findings = Findings()
        findings.append(list.map { Finding($0.0, $0.1, "text") })
        return findings
    }

    @Test func `one way is enough`() {
        for way in [Subject.threshold, .process, .ambient, .file] {
            #expect(findings((way, .allows)).canBind)
            #expect(!findings((way, .refuses)).canBind)
        }
    }

    @Test func `permission has to be delivered`() {
        for permission in PolicySource.allCases.map(Subject.permission) {
            #expect(!findings((permission, .allows)).canBind)
            #expect(findings((permission, .refuses), (permission, .allows), (.delivery, .allows)).canBind)
            #expect(findings((permission, .allows), (.kernel, .allows), (.delivery, .refuses)).canBind)
        }
        #expect(!findings((.delivery, .allows), (.kernel, .allows)).canBind)
    }

    @Test func `what stands in the way comes before every way`() {
        for obstacle in Subject.allCases {
            #expect(!findings((.threshold, .allows), (obstacle, .blocks)).canBind)
            #expect(findings((.threshold, .allows), (obstacle, .informs), (obstacle, .refuses)).canBind)
        }
    }

    @Test func `circumstances allow nothing`() {
        for subject in Subject.allCases where subject.examiner.role == .circumstance {
            #expect(!findings((subject, .allows), (.delivery, .allows)).canBind)
        }
    }

    @Test func `permission is needed where nothing allows, and by a confined process in any case`() {
        #expect(findings((.threshold, .refuses)).needsPermission)
        #expect(!findings((.file, .allows)).needsPermission)
        #expect(!findings((.permission(.rules), .allows)).needsPermission)
        #expect(findings((.file, .allows), (.confinement, .blocks)).needsPermission)
    }

    @Test func `the answer gives the weightiest reason, and of equal ones the first`() throws {
        var findings = Findings()
        findings.append([
            Finding(.permission(.rules), .informs, "", reason: .init(.fallback, "nothing allows it")),
            Finding(.permission(.rules), .informs, "", reason: .init(.likely, "this is likely")),
            Finding(.permission(.authbind), .refuses, "", reason: .init(.likely, "this is likely too")),
        ])
        let context = try context()
        #expect(findings.verdict(context) == "user web cannot bind tcp 80: this is likely")
        findings.append([Finding(.port, .blocks, "the port is taken")])
        #expect(findings.verdict(context) == "user web cannot bind tcp 80: the port is taken")
        #expect(Findings().verdict(context) == "user web cannot bind tcp 80: nothing allows it")
    }

    @Test func `a way explains more than a permission, and a permission tells how it is delivered`() throws {
        var findings = Findings()
        findings.append([
            Finding(.permission(.rules), .allows, "", reason: .init(.possible, " by rule R:1")),
            Finding(.delivery, .allows, "", reason: .init(.possible, ", started with W")),
        ])
        #expect(findings.verdict(try context()) == "user web can bind tcp 80 by rule R:1, started with W")
        findings.append([Finding(.ambient, .allows, "", reason: .init(.likely, "it is ambient"))])
        #expect(findings.verdict(try context()) == "user web can bind tcp 80: it is ambient")
    }

    @Test func `remedies of one step are alternatives, and each obstacle is a step`() {
        let steps = Remedy.steps(of: [
            [Remedy(.deliver, "d", "")], [Remedy(.permit, "p", ""), Remedy(.unblock, "u", "")],
            [Remedy(.unblock, "v", ""), Remedy(.unblock, "w", ""), Remedy(.repair, "r", "")],
            [Remedy(.unblock, "u", ""), Remedy(.deliver, "e", ""), Remedy(.deliver, "d", "")],
            [Remedy(.unblock, advice: "a"), Remedy(.permit, advice: "b")], [Remedy(.unblock, advice: "c")],
        ])
        let words = steps.map { $0.map { $0.command?.text ?? $0.effect } }
        #expect(words == [["u"], ["v", "w"], ["a"], ["c"], ["r"], ["p", "b"], ["d", "e"]])
        let short = Remedy.steps(of: [
            [Remedy(.permit, "p", ""), Remedy(.unblock, "u", "")], [Remedy(.suffice, "s", "")],
            [Remedy(.deliver, "d", "")],
        ])
        #expect(short.map { $0.map(\.command) } == [["u"], ["s"]])
    }
}
