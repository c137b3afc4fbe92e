// SPDX-License-Identifier: Apache-2.0
internal import Linux
public import PortPolicy

/// All that the kernel is to know: the rules, and what of the authbind tree can be said exactly.
public struct EnforcedPolicy: Sendable {
    /// The rules, with the lines that confine, of the files without errors.
    public let rules: RuleSet
    /// The authbind tree.
    public let authbind: AuthbindPermissions
    /// The files with errors. They allow nothing, and free nobody: their well-formed lines `confine …` count.
    public let faultyFiles: [RulesFile]
    /// The files and directories that could not be read, or are not to be trusted.
    public let refusals: [RuleStore.Refusal]
    /// Whether the files were still being written when they were read.
    public let isUnstable: Bool

    /// Creates a policy.
    public init(rules: RuleSet, authbind: AuthbindPermissions = AuthbindPermissions()) {
        self.rules = rules
        self.authbind = authbind
        faultyFiles = []
        refusals = []
        isUnstable = false
    }

    private init(_ contents: RuleStore.Contents, isUnstable: Bool) {
        rules = contents.rules
        authbind = AuthbindPermissions(AuthbindSnapshot.ofSystem())
        faultyFiles = contents.files.filter { !$0.isValid }
        refusals = contents.refusals
        self.isUnstable = isUnstable
    }

    /// The policy of this machine, as it is now.
    /// - Parameter settles: whether to wait, three seconds at most, until files that changed a moment ago stay as they
    ///   are: an editor may be in the middle of writing them. What Lowport itself writes is whole at once.
    public static func ofSystem(settles: Bool = false) -> EnforcedPolicy {
        var contents = RuleStore.system.load()
        guard settles else { return EnforcedPolicy(contents, isUnstable: false) }
        for _ in 0..<12 {
            guard changedLately(contents) else { return EnforcedPolicy(contents, isUnstable: false) }
            var nothing: [PollEntry] = []
            _ = try? poll(&nothing, timeout: Milliseconds(rawValue: 250))
            let again = RuleStore.system.load()
            let isSame =
                again.files.map(\.content) == contents.files.map(\.content) && again.refusals == contents.refusals
            contents = again
            if isSame { return EnforcedPolicy(contents, isUnstable: false) }
        }
        return EnforcedPolicy(contents, isUnstable: true)
    }

    private static func changedLately(_ contents: RuleStore.Contents) -> Bool {
        let limit = (WallClock.seconds - 2) * 1_000_000_000
        let paths = contents.files.map(\.path) + contents.refusals.map(\.path)
        return paths.contains { path in
            (try? FileStatus(of: path, followLinks: false)).map { $0.changed > limit } ?? false
        }
    }

    /// All well-formed lines that confine somebody, in files with errors as well.
    var confinements: [(confinement: ConfinedIdentity, location: RuleLocation)] {
        (rules.files + faultyFiles).flatMap(\.confinements)
    }

    /// Whether what stood in the file at `path` cannot be relied on now.
    func isFaulty(_ path: ByteString) -> Bool {
        isUnstable || faultyFiles.contains { $0.path == path }
            || refusals.contains { $0.path == path || path.hasPrefix($0.path == "/" ? "/" : $0.path + "/") }
    }

    /// What is wrong with the files, each with its place.
    var errors: [Message] {
        var errors = refusals.map { Message($0.byteString) }
        for file in faultyFiles { errors += file.errors.map { "\(file.path):\($0)" } }
        if isUnstable { errors.append("the rules files are being written") }
        return errors
    }
}
