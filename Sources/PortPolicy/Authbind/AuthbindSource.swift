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
    func answerOfTree(to request: BindRequest, _ privilege: some ReadPrivilege) -> PolicyAnswer {
        // The first question by its whole path: who may execute that may do so from within the tree, and nothing more
        // is to be asked. That is what most binds that are allowed come to.
        let first = AuthbindNames.byport(request.port)
        if (try? checkAccess(.execute, to: tree + "/" + first)) != nil {
            return .ofTree(at: tree, [PolicyAnswer.Step(path: first, refusal: nil)], refusal: nil)
        }
        do throws(Errno) {
            return try AuthbindDirectory(at: tree, privilege: privilege).answer(to: request, at: tree)
        } catch {
            return PolicyAnswer(of: .authbind, refusal: error, isPresent: error != .noSuchFile)
        }
    }
}

extension PolicyAnswer {
    /// The answer of the tree at `root`, of which `steps` were asked. The last of them allows, or leads to `refusal`.
    static func ofTree(at root: ByteString, _ steps: [Step], refusal: Errno?) -> PolicyAnswer {
        var locations: [RuleLocation] = []
        if refusal == nil, let last = steps.last {
            locations = [RuleLocation(file: root + "/" + last.path, line: last.line ?? 0)]
        }
        return PolicyAnswer(of: .authbind, locations: locations, steps: steps, refusal: refusal)
    }

    /// What of the tree could not be used, in the words of authbind's helper; nil if nothing.
    var unusableTree: ByteString? {
        if steps.isEmpty { return refusal == .notPermitted ? nil : "chdir /etc/authbind" }
        return refusal == .isDirectory || refusal == .fileTooLarge || refusal == .inputOutput
            ? "read per-uid file" : nil
    }
}
