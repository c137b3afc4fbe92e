// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The inputs that the deciding process provides for a decision.
package struct DecisionContext<Names: NameResolver, Privilege: ReadPrivilege> {
    /// The time that `until` is compared with.
    package let now: Timestamp
    /// Turns the names in rules into numbers.
    package let names: Names
    /// The privilege to read files that only root may be able to read.
    package let privilege: Privilege

    /// Creates a context.
    package init(now: Timestamp, names: Names, privilege: Privilege) {
        self.now = now
        self.names = names
        self.privilege = privilege
    }
}

extension DecisionContext where Names == SystemNames, Privilege == NoPrivilege {
    /// Creates the context of an ordinary process: the names that the machine knows, and no additional privilege.
    /// - Parameter now: the time that `until` is compared with; the current time by default.
    package init(now: Timestamp = Timestamp(rawValue: WallClock.seconds)) {
        self.init(now: now, names: SystemNames(), privilege: NoPrivilege())
    }
}

/// The policy: all permission sources together.
public struct Policy: Sendable {
    /// Where the rules are.
    let store: RuleStore
    /// Where the authbind tree is; nil for a policy without one.
    let tree: ByteString?
    /// The rules that were already read; nil to read those of `store` that concern the port.
    private(set) var rules: RuleStore.Contents?

    /// The policy of this machine.
    public static var system: Policy { Policy(store: .system, tree: "/etc/authbind") }

    /// Creates a policy that is stored elsewhere.
    /// - Parameters:
    ///   - store: where the rules are.
    ///   - tree: the directory of the authbind tree; nil for none.
    package init(store: RuleStore, tree: ByteString?) {
        self.store = store
        self.tree = tree
    }

    /// A copy of the policy with rules that were already read.
    package func with(rules: RuleStore.Contents) -> Policy {
        var policy = self
        policy.rules = rules
        return policy
    }

    /// Decides `request`, for an ordinary process at the current time.
    public func decision(for request: BindRequest) -> Decision { decision(for: request, in: DecisionContext()) }

    /// Decides `request`: the only function in the project that does.
    ///
    /// The sources are consulted in order; the first source that allows is the last one consulted.
    /// - Parameters:
    ///   - request: the requester, and the address and port to bind.
    ///   - context: the inputs of the decision.
    ///   - namesAreKnown: called when no more names will be looked up, before the sources without names are consulted,
    ///     and possibly several times; not called if another source allows first.
    package func decision(
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

/// A cache of a policy: what has been read is kept until it changes.
package struct PolicyCache {
    private let policy: Policy
    private var rules: RuleCache

    /// Creates a cache that holds nothing yet.
    package init(of policy: Policy) {
        self.policy = policy
        rules = RuleCache(of: policy.store)
    }

    /// The current policy, as far as it concerns `port`.
    /// - Parameter now: the time of day, in seconds.
    package mutating func policy(for port: Port, now: Int64) -> Policy {
        policy.with(rules: rules.contents(for: port, now: now))
    }
}
