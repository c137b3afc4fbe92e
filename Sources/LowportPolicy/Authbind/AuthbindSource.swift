// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

// The authbind tree as a permission source.

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
    /// The answer of the tree to `request`, as the real user of this process sees the tree.
    func answerOfTree(to request: BindRequest, _ privilege: some ReadPrivilege) -> PolicyAnswer {
        guard let tree else { return PolicyAnswer(of: .authbind, refusal: .noSuchFile, isPresent: false) }
        // The first check uses the whole path: a user who may execute that path may also execute it from within the
        // tree, so no further check is needed. Most allowed binds end here.
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
    /// Creates the answer of the tree at `root` after the checks `steps`. The last step allows, or leads to `refusal`.
    static func ofTree(at root: ByteString, _ steps: [Step], refusal: Errno?) -> PolicyAnswer {
        var locations: [RuleLocation] = []
        if refusal == nil, let last = steps.last {
            locations = [RuleLocation(file: root + "/" + last.path, line: last.line ?? 0)]
        }
        return PolicyAnswer(of: .authbind, locations: locations, steps: steps, refusal: refusal)
    }

    /// What part of the tree was unusable, in the words of authbind's helper; nil if there is none.
    var unusableTree: ByteString? {
        if steps.isEmpty { return refusal == .notPermitted ? nil : "chdir /etc/authbind" }
        return refusal == .isDirectory || refusal == .fileTooLarge || refusal == .inputOutput
            ? "read per-uid file" : nil
    }
}
