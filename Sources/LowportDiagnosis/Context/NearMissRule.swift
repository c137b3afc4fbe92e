// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// A rule that would allow the request, except for one difference.
struct NearMissRule {
    let location: RuleLocation
    /// The difference, as the end of a sentence.
    let difference: ByteString
    /// Whether the rule is for other principals: true of most rules, and so rarely the cause.
    let isForOthers: Bool
}

extension KnownPolicy {
    /// The rules that are one change of the request, or of the rule, away from allowing; those for other principals
    /// come last.
    ///
    /// This method contains no policy of its own: each rule alone is decided again with one thing changed, and the
    /// change that makes the answer yes is the difference.
    func nearMisses(of request: BindRequest) -> [NearMissRule] {
        // A rule for other ports is not a near miss, and among ten thousand rules most are for other ports.
        let rules = rules.files.flatMap(\.rules).filter { rule, _ in
            rule.ports.contains { $0.contains(request.port) }
        }
        let near = rules.compactMap { rule, location in
            difference(of: rule, from: request).map { difference, isForOthers in
                NearMissRule(location: location, difference: difference, isForOthers: isForOthers)
            }
        }
        return near.filter { !$0.isForOthers } + near.filter(\.isForOthers)
    }

    private func difference(of rule: Rule, from request: BindRequest) -> (ByteString, isForOthers: Bool)? {
        if isAllowed(request, by: rule) { return nil }
        var other = request
        for transport in TransportProtocol.words where transport != request.transport {
            other.transport = transport
            if isAllowed(other, by: rule) { return ("is for \(rule.transports)", isForOthers: false) }
        }
        var everywhere = rule
        everywhere.prefixes = []
        if isAllowed(request, by: everywhere) {
            if case .v6 = request.address, request.isDualStack,
                rule.prefixes.contains(where: { $0.byteString == "::/0" })
            {
                return ("is for IPv6 alone, and the socket would take IPv4 as well", false)
            }
            return ("is for \(rule.prefixesText) alone", false)
        }
        var endless = rule
        endless.until = nil
        if let until = rule.until, isAllowed(request, by: endless) { return ("expired at \(until)", false) }
        var anybody = rule
        anybody.principal = .everyone
        if isAllowed(request, by: anybody) { return ("is for \(rule.principal)", true) }
        return nil
    }

    private func isAllowed(_ request: BindRequest, by rule: Rule) -> Bool {
        RuleSet([RulesFile(path: "", content: rule.byteString.bytes)]).allow(request, now)
    }
}
