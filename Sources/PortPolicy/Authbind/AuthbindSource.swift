// SPDX-License-Identifier: Apache-2.0
internal import Linux

// The authbind tree as a source of permission.

extension SourceTraits {
    static var authbind: SourceTraits {
        SourceTraits(
            name: "authbind",
            title: "the authbind tree",
            noun: "file of authbind",
            directory: "/etc/authbind",
            watchedPaths: [
                [WatchedPath("/etc/authbind/byport", .files(suffix: ""))],
                [WatchedPath("/etc/authbind/byaddr", .files(suffix: ""))],
                [WatchedPath("/etc/authbind/byuid", .files(suffix: ""))],
            ],
            isWrittenInRules: false,
            dependsOnAsker: true,
            isWhollyInKernel: false
        )
    }
}

extension Policy {
    /// What the tree says to `request`, as the real user of this process meets it.
    func answerOfTree(
        to request: BindRequest,
        in context: DecisionContext<some NameResolver, some ReadPrivilege>
    ) -> PolicyAnswer {
        // The first question by its whole path: who may execute that may do so from within the tree, and nothing more
        // is to be asked. That is what most binds that are allowed come to.
        let first = AuthbindNames.byport(request.port)
        if (try? checkAccess(.execute, to: "\(tree)/\(first)")) != nil {
            return PolicyAnswer(ofTree: [PolicyAnswer.Step(path: first, refusal: nil)], refusal: nil, at: tree)
        }
        do throws(Errno) {
            return try AuthbindDirectory(at: tree, privilege: context.privilege).answer(to: request, at: tree)
        } catch {
            var answer = PolicyAnswer(of: .authbind, refusal: error, isPresent: error != .noSuchFile)
            answer.unusable = "chdir /etc/authbind"
            return answer
        }
    }
}

extension PolicyAnswer {
    /// The answer of the tree at `tree`, of which `steps` were asked. The last of them allows, or leads to `refusal`.
    init(ofTree steps: [Step], refusal: Errno?, at tree: ByteString) {
        let last = refusal == nil ? steps.last : nil
        self.init(
            of: .authbind,
            locations: last.map { [RuleLocation(file: "\(tree)/\($0.path)", line: $0.line ?? 0)] } ?? [],
            steps: steps,
            refusal: refusal
        )
        if refusal == .isDirectory || refusal == .fileTooLarge || refusal == .inputOutput {
            unusable = "read per-uid file"
        }
    }
}
