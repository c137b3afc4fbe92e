// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Whether a request is allowed, and why.
public struct Decision: Hashable, Sendable {
    /// What made it allowed.
    public enum Grant: Hashable, Sendable {
        /// A rule; a dual-stack bind may need two, one for each family.
        case rules([RuleLocation])
        /// A path of the authbind tree, and the line if it is a byuid file.
        case authbind(path: ByteString, line: Int?)
    }

    /// The source that allows it; nil if it is refused.
    public let grant: Grant?

    /// The error that a refused program gets.
    public let refusal: Errno?

    /// What the authbind tree said; nil if a rule allowed before it was asked.
    public let authbind: AuthbindAnswer?

    /// The line that confines the one who asks to what is allowed here; nil if there is none.
    ///
    /// Under the kernel engine a refused bind then fails even with `CAP_NET_BIND_SERVICE`.
    /// The helper, which allows or refuses, has no use for it.
    public private(set) var confinement: RuleLocation? = nil

    /// Whether the request is allowed.
    public var isAllowed: Bool { grant != nil }
}

extension Decision {
    /// Decides `request`: the only place in the project that does.
    ///
    /// Either source may allow. The rules are asked first, since they have no errors of their own to report; if they do
    /// not allow, the answer of the authbind tree stands, error and all.
    /// - Parameters:
    ///   - request: who wants to bind what.
    ///   - rules: the rules that were read.
    ///   - now: the time that `until` is compared with.
    ///   - names: turns the names in rules into numbers.
    ///   - authbind: asks the authbind tree; called only if no rule allows.
    public static func decide(
        _ request: BindRequest,
        rules: RuleSet,
        now: Timestamp,
        names: some NameResolver,
        authbind: (BindRequest) -> AuthbindAnswer
    ) -> Decision {
        #if hasFeature(Embedded)
            let confinement: RuleLocation? = nil
        #else
            let confinement = rules.confinement(of: request, names: names)
        #endif
        if let grants = rules.grants(for: request, now: now, names: names) {
            return Decision(grant: .rules(grants), refusal: nil, authbind: nil, confinement: confinement)
        }
        let answer = authbind(request)
        guard let refusal = answer.refusal else {
            let step = answer.steps.last
            return Decision(
                grant: .authbind(path: step?.path ?? "", line: step?.line),
                refusal: nil,
                authbind: answer,
                confinement: confinement
            )
        }
        return Decision(grant: nil, refusal: refusal, authbind: answer, confinement: confinement)
    }
}
