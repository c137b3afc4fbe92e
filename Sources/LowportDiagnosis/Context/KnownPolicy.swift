// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

/// The answer of the policy of the machine to a request, as a helper that the requester starts would find it.
struct KnownPolicy: Sendable {
    /// Whether the request is allowed, and why.
    var decision: Decision
    /// The rules in force.
    var rules: RuleSet
    /// The rules files that are ignored.
    var ignoredFiles: [IgnoredFile] = []
    /// The time of the decision.
    var now: Timestamp
    /// Whether the authbind tree was consulted as the user of the request, which only root can do for other users.
    var isTreeKnown = true
    /// Whether only a rule for the program allows the bind.
    var dependsOnProgram = false
    /// The rules that allow the bind to the program if it has the capability, since a line confines it; empty if there are
    /// none, or if the bind is allowed anyway.
    var limits: [RuleLocation] = []
    /// Whether only a group allows the bind that the requester has, and in which the kernel engine does not know it.
    var isMemberUnknown = false
}

extension KnownPolicy {
    /// Consults the policy of the machine.
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
        if decision.isAllowed, let state = EngineState.current(), !state.knows(request.user, in: request.groups) {
            var known = request
            let real = Array(request.groups.prefix(1))
            known.groups = real + request.groups.dropFirst().filter { state.knows(request.user, in: real + [$0]) }
            let other = { policy.decision(for: known, in: DecisionContext(now: now)) }
            isMemberUnknown = !(known.asRequester(other) ?? other()).isAllowed
        }
        if request.program != nil, !decision.isAllowed {
            limits = rules.grants(for: request, now: now, names: SystemNames(), isCapable: true) ?? []
        }
        if request.program != nil, decision.isAllowed {
            var unknown = request
            unknown.program = nil
            let other = { policy.decision(for: unknown, in: DecisionContext(now: now)) }
            dependsOnProgram = !(request.asRequester(other) ?? other()).isAllowed
        }
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
