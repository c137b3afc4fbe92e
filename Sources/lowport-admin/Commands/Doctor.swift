// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportDiagnosis
internal import LowportLinux

/// `lowport doctor`.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether the installation is sound.",
        discussion: """
            Looks at the parts of the installation and their privileges, at the files
            of the policy and at what the kernel can do. Each line is ok, a note, or an
            error with what to do about it. The last line says how many errors there are.
            Ends with 1 if there is one.

            EXAMPLES
              lowport doctor
              sudo lowport doctor --json
            """
    )

    @Flag(help: "Write JSON (schema lowport.doctor/1).")
    var json = false

    func run() throws {
        let findings = Checkup.all()
        if json {
            try printJSON(DoctorAnswer(findings))
        } else {
            var table = Table()
            for finding in findings {
                let word: ByteString = finding.state == .error ? "ERROR" : ByteString(finding.state.rawValue)
                table.append([word, ByteString(finding.subject), finding.text], finding.state.emphasis)
                if let remedy = finding.remedy { table.append(below: "-> \(remedy)") }
            }
            try printOut(lines: table.lines(fitting: .standardOutput))
            let isSound = !findings.contains { $0.state == .error }
            try printOut(lines: [Line(summary(of: findings), isSound ? .success : .error)])
        }
        if findings.contains(where: { $0.state == .error }) { throw Status.no }
    }

    /// `2 errors, 1 note`, `no errors, 3 notes`.
    private func summary(of findings: [HealthDiagnostic]) -> ByteString {
        func counted(_ state: HealthDiagnostic.State, _ noun: ByteString) -> ByteString {
            let number = findings.count { $0.state == state }
            return "\(number == 0 ? "no" : "\(number)") \(noun)\(number == 1 ? "" : "s")"
        }
        return "\(counted(.error, "error")), \(counted(.note, "note"))"
    }
}

extension HealthDiagnostic.State {
    fileprivate var emphasis: Line.Emphasis {
        switch self {
        case .ok: .success
        case .note: .note
        case .error: .error
        }
    }
}

/// The answer in JSON.
private struct DoctorAnswer: Encodable {
    struct Finding: Encodable {
        let subject: String
        let state: String
        let text: String
        let remedy: String?
    }

    let schema = "lowport.doctor/1"
    let isSound: Bool
    let findings: [Finding]

    init(_ findings: [HealthDiagnostic]) {
        isSound = !findings.contains { $0.state == .error }
        self.findings = findings.map {
            Finding(
                subject: $0.subject,
                state: $0.state.rawValue,
                text: $0.text.jsonText,
                remedy: $0.remedy?.original.jsonText
            )
        }
    }
}
