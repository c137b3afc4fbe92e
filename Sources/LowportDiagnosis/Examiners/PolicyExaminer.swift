// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// The answer of each permission source, from the decision that the helper would make.
struct PolicyExaminer: Examiner {
    static let role = Role.permission

    /// What keeps the user from each path that may not be executed.
    var obstacles: [ByteString: AccessObstacle] = [:]

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        PolicySource.allCases.flatMap { findings(of: $0, context) }
    }

    private func findings(of source: PolicySource, _ context: BindContext) -> [Finding] {
        let (traits, decision) = (source.traits, context.policy.decision)
        let subject = Subject.permission(source)
        var findings: [Finding] = []
        if let answer = decision.answer(of: source) {
            if traits.dependsOnAsker, !context.policy.isTreeKnown {
                let text: ByteString =
                    "only root can check the tree for another user; this is the answer for the calling user"
                findings.append(Finding(subject, .informs, text))
            }
            findings += answer.steps.map { finding($0, of: answer, context) }
            if answer.steps.isEmpty { findings += whole(answer, context) }
        } else if let other = decision.source {
            findings.append(.usual(subject, .informs, "not consulted: a \(other.traits.noun) already allows it"))
        }
        if traits.isWrittenInRules {
            if decision.source != source { findings += nearMisses(context, subject) }
            findings += context.policy.ignoredFiles.map { finding($0, subject) }
        }
        return findings
    }

    /// The findings for a source whose files are read at once.
    private func whole(_ answer: PolicyAnswer, _ context: BindContext) -> [Finding] {
        let (subject, traits) = (Subject.permission(answer.source), answer.source.traits)
        if answer.isAllowed {
            let by: ByteString = " by \(traits.words(for: answer.locations))"
            return answer.locations.map { place in
                Finding(
                    subject,
                    .allows,
                    "\(place)\(context.policy.text(at: place))",
                    reason: .init(.possible, by)
                )
            }
        }
        if traits.isWrittenInRules, !context.policy.limits.isEmpty {
            let lack: ByteString =
                context.policy.rules.hasErrors
                ? "counts only with CAP_NET_BIND_SERVICE while rules have errors, since any of them may confine the program"
                : "is for a confined program, and counts only with CAP_NET_BIND_SERVICE"
            return context.policy.limits.map { place in
                let text: ByteString = "\(place)\(context.policy.text(at: place)); it \(lack)"
                return Finding(subject, .informs, text, reason: .init(.likely, "\(place) \(lack)"))
            }
        }
        if answer.refusal != nil { return [.usual(subject, .refuses, "there is no \(traits.directory)")] }
        let text: ByteString = "no \(traits.noun) allows \(context.what) to \(context.who)"
        return [Finding(subject, .refuses, text, reason: .init(.fallback, nothingAllows(context)))]
    }

    /// The finding for a path that is checked on its own.
    private func finding(_ step: PolicyAnswer.Step, of answer: PolicyAnswer, _ context: BindContext) -> Finding {
        let subject = Subject.permission(answer.source)
        let path: ByteString = "\(answer.source.traits.directory)/\(step.path)"
        guard let error = step.refusal else {
            let text: ByteString = path + (step.line.map { ", line \($0)" } ?? "")
            return Finding(subject, .allows, text, reason: .init(.possible, " by \(text)"))
        }
        switch (step.access, error) {
        case (.read, .noSuchFile) where answer.refusal == .noSuchFile:
            return Finding(subject, .refuses, "\(path): no line allows it")
        case (.read, .permissionDenied):
            let reason = Finding.Reason(.likely, "\(path) may not be read")
            return Finding(subject, .refuses, "\(path): you may not read it; ask as root", reason: reason)
        case (.execute, .permissionDenied):
            if case .directory(let directory) = obstacles[path] {
                let text: ByteString = "\(directory) may not be searched by \(context.user)"
                return Finding(subject, .refuses, text, reason: .init(.remote, text))
            }
            let why = obstacles[path]?.reason.map { ": \($0)" } ?? ""
            let reason = Finding.Reason(.likely, "\(path) is there, but \(context.who) may not execute it\(why)")
            return Finding(subject, .refuses, "\(path): is there, but may not be executed\(why)", reason: reason)
        default: return .usual(subject, .refuses, "\(path): \(error.sentence)", if: error == .noSuchFile)
        }
    }

    /// The rules that nearly allow: possible causes first, and only some of them if there are many.
    private func nearMisses(_ context: BindContext, _ subject: Subject) -> [Finding] {
        let rules = context.policy.nearMisses(of: context.request)
        var findings = rules.prefix(5).map { rule in
            let text: ByteString = "\(rule.location) \(rule.difference)"
            return Finding(subject, .informs, text, reason: rule.isForOthers ? nil : .init(.remote, text))
        }
        if rules.count > 5 {
            let list: ByteString = "lowport list --port \(context.request.port)"
            let text: ByteString = "\(rules.count - 5) more rules for the port are like that: \(list)"
            findings.append(Finding(subject, .informs, text))
        }
        return findings
    }

    private func finding(_ file: IgnoredFile, _ subject: Subject) -> Finding {
        let reason: Finding.Reason? =
            switch file.wouldAllow {
            case true?: .init(.possible, "it would be allowed, but \(file.reason)")
            case nil: .init(.remote, "no rule allows it, and \(file.reason)")
            case false?: nil
            }
        let end: ByteString = file.hasErrors ? "; all errors: lowport check" : ""
        return Finding(subject, .informs, "does not count: \(file.reason)\(end)", reason: reason)
    }

    private func nothingAllows(_ context: BindContext) -> ByteString {
        let text: ByteString = "\(PolicySource.noneOfAll) allows it"
        guard !context.process.isRunning, let program = context.program, !(context.request.user == .root) else {
            return text
        }
        switch program.attribute {
        case .none: return text + ", and \(program.path) has no file capabilities"
        case .unsupported: return text + ", and the file system of \(program.path) has no file capabilities"
        case .some, .unreadable: return text
        }
    }
}

extension PolicyExaminer {
    init(lookingAt context: BindContext) {
        let denied = context.policy.decision.answers.flatMap { answer in
            answer.steps.filter { $0.refusal == .permissionDenied }
                .map { "\(answer.source.traits.directory)/\($0.path)" as ByteString }
        }
        for path in denied { obstacles[path] = AccessObstacle(.execute, to: path, context.request) }
    }
}
