// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// What each source of permission says, from the decision that the helper would make.
extension Situation {
    var policyFindings: [Finding] { PolicySource.allCases.flatMap(findings) }

    private func findings(of source: PolicySource) -> [Finding] {
        let traits = source.traits
        func finding(_ effect: Finding.Effect, _ text: ByteString) -> Finding {
            Finding(traits.subject, effect, text)
        }
        var findings: [Finding] = []
        if let answer = decision.answer(of: source) {
            if traits.dependsOnAsker, !isTreeKnown {
                let text: ByteString = "only root can ask the tree for somebody else; this is your own answer"
                findings.append(finding(.informs, text))
            }
            findings += answer.steps.map { step in
                let (effect, text) = said(by: step, of: answer)
                return finding(effect, "\(traits.directory)/\(step.path)\(text)")
            }
            if answer.steps.isEmpty { findings += said(by: answer).map { finding($0, $1) } }
        } else if let other = decision.source {
            findings.append(finding(.informs, "was not asked, since a \(other.traits.noun) allows"))
        }
        if traits.isWrittenInRules {
            if decision.source != source { findings += nearFindings }
            findings += deadFiles.map { finding(.informs, "does not count: \($0.reason)") }
        }
        return findings
    }

    /// What a source says whose files are read at once.
    private func said(by answer: PolicyAnswer) -> [(Finding.Effect, ByteString)] {
        if answer.isAllowed { return answer.locations.map { (.allows, "\($0)\(text(at: $0))") } }
        let traits = answer.source.traits
        return answer.refusal == nil
            ? [(.refuses, "no \(traits.noun) allows \(what) to \(who)")]
            : [(.refuses, "there is no \(traits.directory)")]
    }

    /// What a path says that is asked by itself.
    private func said(by step: PolicyAnswer.Step, of answer: PolicyAnswer) -> (Finding.Effect, ByteString) {
        guard let error = step.refusal else { return (.allows, step.line.map { ", line \($0)" } ?? "") }
        let reason: ByteString =
            switch (step.access, error) {
            case (.read, .noSuchFile) where answer.refusal == .noSuchFile: "no line allows it"
            case (.read, .permissionDenied): "you may not read it; ask as root"
            case (.execute, .permissionDenied): "is there, but may not be executed"
            default: error.sentence
            }
        return (.refuses, ": \(reason)")
    }

    /// The rule that is written there.
    private func text(at place: RuleLocation) -> ByteString {
        rules.files.flatMap(\.rules).first { $0.location == place }.map { ": \($0.rule)" } ?? ""
    }
}

extension SourceTraits {
    /// The name, as the subject of findings.
    var subject: String { name.description }

    /// `rule FILE:LINE and FILE:LINE`, or `FILE, line LINE`: by what something is allowed.
    func words(for grants: [Decision.Grant]) -> ByteString {
        let places = grants.map { grant -> ByteString in
            let place = grant.location
            return isWrittenInRules || place.line == 0 ? place.byteString : "\(place.file), line \(place.line)"
        }
        let list = places.dropFirst().reduce(places.first ?? "") { "\($0) and \($1)" }
        return isWrittenInRules ? "\(noun) \(list)" : list
    }
}

extension Decision {
    /// The last path that may not be executed, or read, and which of the two; nil if there is none.
    var forbiddenPath: (path: ByteString, access: PolicyAnswer.Step.Access)? {
        for answer in answers.reversed() {
            guard let step = answer.steps.last(where: { $0.refusal == .permissionDenied }) else { continue }
            return ("\(answer.source.traits.directory)/\(step.path)", step.access)
        }
        return nil
    }
}
