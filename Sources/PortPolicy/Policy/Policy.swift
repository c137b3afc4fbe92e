// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What the process that makes a decision gives for it.
public struct DecisionContext<Names: NameResolver, Privilege: ReadPrivilege> {
    /// The time that `until` is compared with.
    public let now: Timestamp
    /// Turns the names in rules into numbers.
    public let names: Names
    /// The right to read what root alone may be able to.
    public let privilege: Privilege

    /// Creates a context.
    public init(now: Timestamp, names: Names, privilege: Privilege) {
        self.now = now
        self.names = names
        self.privilege = privilege
    }
}

extension DecisionContext where Names == SystemNames, Privilege == NoPrivilege {
    /// What an ordinary process has: the names that the machine knows, and no rights but its own.
    /// - Parameter now: the time that `until` is compared with; this moment without it.
    public init(now: Timestamp = Timestamp(rawValue: WallClock.seconds)) {
        self.init(now: now, names: SystemNames(), privilege: NoPrivilege())
    }
}

/// Who may bind what: all sources of permission together.
public struct Policy: Sendable {
    /// Where the rules are.
    let store: RuleStore
    /// Where the authbind tree is.
    let tree: ByteString
    /// The rules that were read already; nil for those of `store` that concern the port.
    private(set) var rules: RuleStore.Contents?

    /// The policy of this machine.
    public static var system: Policy { Policy(store: .system, tree: "/etc/authbind") }

    /// The policy that lies elsewhere.
    /// - Parameters:
    ///   - store: where the rules are.
    ///   - tree: the directory of the authbind tree.
    public init(store: RuleStore, tree: ByteString) {
        self.store = store
        self.tree = tree
    }

    /// The same, with rules that were read already.
    public func with(rules: RuleStore.Contents) -> Policy {
        var policy = self
        policy.rules = rules
        return policy
    }

    /// Decides `request`, for an ordinary process at this moment.
    public func decision(for request: BindRequest) -> Decision { decision(for: request, in: DecisionContext()) }

    /// Decides `request`: the only place in the project that does.
    ///
    /// The sources are asked in their order, and the first that allows is the last that is asked.
    /// - Parameters:
    ///   - request: who wants to bind what.
    ///   - context: what is given for the decision.
    ///   - namesAreKnown: called when no name will be looked up any more, before the sources without names are asked, and
    ///     perhaps several times; not if another source allows.
    public func decision(
        for request: BindRequest,
        in context: DecisionContext<some NameResolver, some ReadPrivilege>,
        namesAreKnown: () -> Void = {}
    ) -> Decision {
        var answers: [PolicyAnswer] = []
        for source in PolicySource.allCases {
            if !source.looksUpNames { namesAreKnown() }
            let answer = source.answer(to: request, in: context, self)
            answers.append(answer)
            if answer.isAllowed { break }
        }
        return Decision(asked: answers)
    }
}

/// A policy of which is kept what has been read, for as long as nothing of that has changed.
public struct PolicyCache {
    private let policy: Policy
    private var rules: RuleCache

    /// Creates a cache that holds nothing yet.
    public init(of policy: Policy) {
        self.policy = policy
        rules = RuleCache(of: policy.store)
    }

    /// The policy as it is, as far as it concerns `port`.
    /// - Parameter now: the time of day, in seconds.
    public mutating func policy(for port: Port, now: Int64) -> Policy {
        policy.with(rules: rules.contents(for: port, now: now))
    }
}
