// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// What the policy of the machine says to a request, as the helper would find it that the requester starts.
struct PolicySurvey {
    let decision: Decision
    let rules: RuleSet
    let deadFiles: [Situation.DeadFile]
    let now: Timestamp
    /// Whether files were looked at as the requester sees them, which only root can do for others.
    let isTreeKnown: Bool
    private let request: BindRequest
    private let isOther: Bool

    init(_ request: BindRequest) {
        let now = Timestamp(rawValue: WallClock.seconds)
        let groups = [CurrentProcess.realGroup] + ((try? CurrentProcess.supplementaryGroups()) ?? [])
        self.request = request
        self.now = now
        isOther = request.user != CurrentProcess.realUser || Set(request.groups) != Set(groups)

        var contents = RuleStore.system.load()
        if isOther, request.user != .root {
            let unreadable = Self.asOther(request) { contents.files.compactMap(Self.unreadable) } ?? []
            contents.files.removeAll { file in unreadable.contains { $0.path == file.path } }
            contents.refusals += unreadable
        }
        let rules = contents.rules
        let policy = Policy.system.with(rules: contents)
        let decide = { policy.decision(for: request, in: DecisionContext(now: now)) }
        let asOther = isOther ? Self.asOther(request, decide) : nil
        decision = asOther ?? decide()
        isTreeKnown = !isOther || asOther != nil
        self.rules = rules
        deadFiles =
            contents.refusals.map { Self.dead($0, request, now) }
            + contents.files.filter { !$0.isValid }.map { Self.dead($0, request, now) }
    }

    /// Calls `body` with the requester's real identity; nil if this process cannot take it on.
    func asRequester<Result>(_ body: () -> Result) -> Result? {
        isOther ? Self.asOther(request, body) : body()
    }

    private static func asOther<Result>(_ request: BindRequest, _ body: () -> Result) -> Result? {
        try? Impersonation.withRealIdentity(user: request.user, groups: request.groups, body)
    }

    private static func unreadable(_ file: RulesFile) -> RuleStore.Refusal? {
        do throws(Errno) {
            try checkAccess(.read, to: file.path)
            return nil
        } catch { return RuleStore.Refusal(path: file.path, reason: .failure(error)) }
    }

    // MARK: - Files that do not count

    private static func dead(
        _ refusal: RuleStore.Refusal,
        _ request: BindRequest,
        _ now: Timestamp
    ) -> Situation.DeadFile {
        let path = ShellCommand.operand(refusal.path)
        let repair: ShellCommand? =
            switch refusal.reason {
            case .owner: ShellCommand(["sudo", "chown", "root", path])
            case .writable: ShellCommand(["sudo", "chmod", "go-w", path])
            case .failure(.permissionDenied): ShellCommand(["sudo", "chmod", "a+rX", path])
            case .failure, .kind, .size: nil
            }
        // It is read for this question alone; who may write to it has no say in anything.
        var wouldAllow: Bool?
        if let content = try? FileDescriptor.open(refusal.path, [.readOnly, .noFollow, .nonBlocking])
            .readToEnd(limit: RulesFile.maximumSize)
        {
            wouldAllow = allows(RulesFile(path: refusal.path, content: content), request, now)
        }
        let isOpen =
            switch refusal.reason {
            case .owner, .writable: true
            case .failure, .kind, .size: false
            }
        return Situation.DeadFile(
            reason: refusal.byteString,
            repair: repair,
            wouldAllow: wouldAllow,
            isOpenToOthers: isOpen
        )
    }

    private static func dead(_ file: RulesFile, _ request: BindRequest, _ now: Timestamp) -> Situation.DeadFile {
        var sound: [UInt8] = []
        for (rule, _) in file.rules { sound += (rule.byteString + "\n").bytes }
        let fault: ByteString = file.errors.first.map { ":\($0.asMessage.original)" } ?? ""
        return Situation.DeadFile(
            reason: "\(file.path)\(fault)",
            repair: file.path == RuleStore.mainPath
                ? "sudo lowport edit" : ShellCommand(["sudoedit", ShellCommand.operand(file.path)]),
            wouldAllow: allows(RulesFile(path: file.path, content: sound), request, now)
        )
    }

    private static func allows(_ file: RulesFile, _ request: BindRequest, _ now: Timestamp) -> Bool {
        RuleSet([file]).answer(to: request, now: now, names: SystemNames()).isAllowed
    }
}
