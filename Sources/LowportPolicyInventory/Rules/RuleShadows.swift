// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
package import LowportPolicy

/// Finds redundant rules: those that allow only what another rule already allows.
///
/// Rules are looked up by principal and ports, so that ten thousand rules do not need a hundred million comparisons.
package struct RuleShadows {
    private struct Entry {
        let range: PortRange
        let index: Int
    }

    private let rules: [(rule: Rule, location: RuleLocation)]
    /// For each principal: the ranges by their first port, and for each range the highest last port so far.
    private var ranges: [Principal: (entries: [Entry], reach: [Port])] = [:]

    /// Prepares the search among `rules`, without those that are expired at `now`.
    package init(_ rules: [(rule: Rule, location: RuleLocation)], now: Timestamp) {
        self.rules = rules
        var entries: [Principal: [Entry]] = [:]
        for (index, (rule, _)) in rules.enumerated() where !rule.isExpired(at: now) {
            for range in rule.ports { entries[rule.principal, default: []].append(Entry(range: range, index: index)) }
        }
        for (principal, unsorted) in entries {
            let sorted = unsorted.sorted { ($0.range.lower, $0.index) < ($1.range.lower, $1.index) }
            var reach: [Port] = []
            for entry in sorted { reach.append(max(entry.range.upper, reach.last ?? entry.range.upper)) }
            ranges[principal] = (sorted, reach)
        }
    }

    /// The location of a rule that allows everything that the rule at `index` allows; nil if there is none.
    ///
    /// Of two rules that allow the same, the later one is redundant.
    package func cover(ofRule index: Int) -> RuleLocation? {
        let rule = rules[index].rule
        return cover(of: rule, index, among: rule.principal)
            ?? (rule.principal == rule.principal.identity
                ? nil : cover(of: rule, index, among: rule.principal.identity))
            ?? (rule.principal.identity == .everyone ? nil : cover(of: rule, index, among: .everyone))
    }

    private func cover(of rule: Rule, _ index: Int, among principal: Principal) -> RuleLocation? {
        guard let (entries, reach) = ranges[principal], let wanted = rule.ports.first else { return nil }
        var sought = rule
        sought.principal = principal
        var position = Self.count(of: entries, startingUpTo: wanted.lower)
        while position > 0, reach[position - 1] >= wanted.upper {
            position -= 1
            let other = entries[position].index
            guard other != index, entries[position].range.contains(wanted), rules[other].rule.covers(sought) else {
                continue
            }
            if other < index || rule.principal != principal || !rule.covers(rules[other].rule) {
                return rules[other].location
            }
        }
        return nil
    }

    /// The number of `entries`, which are sorted, that start at `port` or below.
    private static func count(of entries: [Entry], startingUpTo port: Port) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].range.lower <= port { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
