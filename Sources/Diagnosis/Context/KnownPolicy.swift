// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// What the policy of the machine says to a request, as the helper would find it that the requester starts.
struct KnownPolicy: Sendable {
    /// Whether the request is allowed, and why.
    var decision: Decision
    /// The rules that count.
    var rules: RuleSet
    /// The rules files that do not count.
    var ignoredFiles: [IgnoredFile] = []
    /// The time of asking.
    var now: Timestamp
    /// Whether the authbind tree was asked as the user in question, which only root can do for others.
    var isTreeKnown = true
}

extension KnownPolicy {
    /// Asks the policy of the machine.
    init(to request: BindRequest) {
        let now = Timestamp(rawValue: WallClock.seconds)
        var contents = RuleStore.system.load()
        if request.user != .root {
            let unreadable = request.asRequester { contents.files.compactMap(Self.unreadable) } ?? []
            contents.files.removeAll { file in unreadable.contains { $0.path == file.path } }
            contents.readErrors += unreadable
        }
        let policy = Policy.system.with(rules: contents)
        let decide = { policy.decision(for: request, in: DecisionContext(now: now)) }
        let answer = request.asRequester(decide)
        self.init(
            decision: answer ?? decide(),
            rules: contents.rules,
            ignoredFiles: contents.readErrors.map { IgnoredFile($0, request, now) }
                + contents.files.filter { !$0.isValid }.map { IgnoredFile($0, request, now) },
            now: now,
            isTreeKnown: answer != nil
        )
    }

    private static func unreadable(_ file: RulesFile) -> RuleStore.ReadError? {
        accessError(.read, to: file.path).map { RuleStore.ReadError(path: file.path, reason: .failure($0)) }
    }
}

extension RuleSet {
    /// Whether these rules allow `request` by themselves.
    func allow(_ request: BindRequest, _ now: Timestamp) -> Bool {
        answer(to: request, now: now, names: SystemNames()).isAllowed
    }
}
