// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
package import LowportPolicy

/// The permission to take away from a principal.
package struct Revocation: Hashable, Sendable {
    /// The principal, taken literally: revoking from `user web` does not affect `uid 33`.
    package var principal: Principal
    /// The protocols.
    package var transports: TransportSet
    /// The ports.
    package var ports: [PortRange]
    /// The addresses; empty means all.
    package var prefixes: [AddressPrefix]

    /// Creates a revocation.
    package init(
        _ principal: Principal,
        _ transports: TransportSet = .any,
        _ ports: [PortRange],
        on prefixes: [AddressPrefix] = []
    ) {
        self.principal = principal
        self.transports = transports
        self.ports = ports
        self.prefixes = prefixes
    }
}

extension Rule {
    /// The rest of the rule after `revocation`: the rule itself, parts of it, or nothing.
    ///
    /// The parts together allow exactly the rest, with one exception: a rule for `any` protocol that loses only TCP or
    /// UDP also loses the protocols that have no word of their own. A rule that loses an address also no longer allows
    /// the wildcard address of its family, which accepts connections to that address.
    package func subtracting(_ revocation: Revocation) -> [Rule] {
        guard principal == revocation.principal else { return [self] }
        let hitTransports = transports.intersection(revocation.transports)
        let leftPorts = revocation.ports.reduce(ports) { left, taken in left.flatMap { $0.subtracting(taken) } }
        let hitPorts = leftPorts.reduce(ports) { hit, left in hit.flatMap { $0.subtracting(left) } }
        let leftPrefixes = prefixes(without: revocation.prefixes)
        if hitTransports.isEmpty || hitPorts.isEmpty || (!prefixes.isEmpty && leftPrefixes == prefixes) {
            return [self]
        }

        var parts: [Rule] = []
        if !leftPorts.isEmpty { parts.append(with(transports, leftPorts, prefixes)) }
        let leftTransports = transports.subtracting(hitTransports).subtracting(.other)
        if !leftTransports.isEmpty { parts.append(with(leftTransports, hitPorts, prefixes)) }
        // A line must stay short enough to be read again.
        for start in stride(from: 0, to: leftPrefixes.count, by: Self.prefixesOfALine) {
            let some = leftPrefixes[start..<min(start + Self.prefixesOfALine, leftPrefixes.count)]
            parts.append(with(hitTransports, hitPorts, Array(some)))
        }
        return parts
    }

    private func with(_ transports: TransportSet, _ ports: [PortRange], _ prefixes: [AddressPrefix]) -> Rule {
        Rule(principal, transports, ports, on: prefixes, until: until)
    }

    private static var prefixesOfALine: Int { 32 }

    /// The prefixes of the rule without the addresses in `taken`; none if `taken` is empty, which means all addresses.
    private func prefixes(without taken: [AddressPrefix]) -> [AddressPrefix] {
        if taken.isEmpty { return [] }
        let all = prefixes.isEmpty ? AddressPrefix.all : prefixes
        return taken.reduce(all) { left, taken in left.flatMap { $0.subtracting(taken) } }
    }
}
