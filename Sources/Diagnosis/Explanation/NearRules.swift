// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// A rule that would allow the request, but for one thing.
struct NearRule {
    let location: RuleLocation
    /// What keeps it from allowing, as the end of a sentence.
    let difference: ByteString
    /// Whether it is for somebody else: true of most rules, and so rarely the cause.
    let isForOthers: Bool
}

extension Situation {
    /// The rules that one change of the request, or of the rule, away from allowing.
    ///
    /// Nothing is judged here: each rule alone is put to the decision again with one thing changed, and what makes the
    /// answer yes is what kept it no.
    var nearRules: [NearRule] {
        // A rule for other ports is not near, and among ten thousand most are.
        rules.files.flatMap(\.rules).filter { isForThePort($0.rule) }.compactMap { rule, location in
            difference(of: rule).map { difference, isForOthers in
                NearRule(location: location, difference: difference, isForOthers: isForOthers)
            }
        }
    }

    private func isForThePort(_ rule: Rule) -> Bool { rule.ports.contains { $0.contains(request.port) } }

    /// The same as findings: what may be the cause first, and of the many that there can be, some.
    var nearFindings: [Explanation.Finding] {
        let near = nearRules
        let sorted = near.filter { !$0.isForOthers } + near.filter(\.isForOthers)
        var findings = sorted.prefix(5).map { rule in
            Explanation.Finding("rules", .informs, "\(rule.location) \(rule.difference)")
        }
        if sorted.count > 5 {
            let more: ByteString =
                "\(sorted.count - 5) more rules for the port are like that: lowport list --port \(request.port)"
            findings.append(Explanation.Finding("rules", .informs, more))
        }
        return findings
    }

    private func difference(of rule: Rule) -> (ByteString, isForOthers: Bool)? {
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
        if let until = rule.until, isAllowed(request, by: endless) { return ("is over since \(until)", false) }
        var anybody = rule
        anybody.identity = .everyone
        if isAllowed(request, by: anybody) { return ("is for \(rule.identity)", true) }
        return nil
    }

    private func isAllowed(_ request: BindRequest, by rule: Rule) -> Bool {
        let alone = RuleSet([RulesFile(path: "", content: rule.byteString.bytes)])
        return alone.answer(to: request, now: now, names: SystemNames()).isAllowed
    }
}
