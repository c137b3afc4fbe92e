// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What is to be taken away from somebody.
public struct Revocation: Hashable, Sendable {
    /// From whom, by the letter: taking from `user web` leaves `uid 33` alone.
    public var identity: Identity
    /// The protocols.
    public var transports: TransportSet
    /// The ports.
    public var ports: [PortRange]
    /// The addresses; empty means all.
    public var prefixes: [AddressPrefix]

    /// Creates a revocation.
    public init(
        _ identity: Identity,
        _ transports: TransportSet = .any,
        _ ports: [PortRange],
        on prefixes: [AddressPrefix] = []
    ) {
        self.identity = identity
        self.transports = transports
        self.ports = ports
        self.prefixes = prefixes
    }
}

/// A revocation asks for a rule that the language has no words for: some addresses less than all.
public struct AddressesNotSeparable: Error, Hashable, Sendable {
    /// The rule that would have to be split.
    public let rule: Rule
}

extension Rule {
    /// What is left of the rule when `revocation` is taken from it: the rule itself, parts of it, or nothing.
    ///
    /// The parts together allow exactly what is left, with one exception: a rule for `any` protocol that loses TCP or UDP
    /// alone also loses the protocols that have no word of their own.
    public func subtracting(_ revocation: Revocation) throws(AddressesNotSeparable) -> [Rule] {
        guard identity == revocation.identity else { return [self] }
        let hitTransports = transports.intersection(revocation.transports)
        let leftPorts = revocation.ports.reduce(ports) { left, taken in left.flatMap { $0.subtracting(taken) } }
        let hitPorts = leftPorts.reduce(ports) { hit, left in hit.flatMap { $0.subtracting(left) } }
        let leftPrefixes = try prefixes(without: revocation.prefixes)
        if hitTransports.isEmpty || hitPorts.isEmpty || (!prefixes.isEmpty && leftPrefixes == prefixes) {
            return [self]
        }

        var parts: [Rule] = []
        if !leftPorts.isEmpty { parts.append(with(transports, leftPorts, prefixes)) }
        let leftTransports = transports.subtracting(hitTransports).subtracting(.other)
        if !leftTransports.isEmpty { parts.append(with(leftTransports, hitPorts, prefixes)) }
        if !leftPrefixes.isEmpty { parts.append(with(hitTransports, hitPorts, leftPrefixes)) }
        return parts
    }

    private func with(_ transports: TransportSet, _ ports: [PortRange], _ prefixes: [AddressPrefix]) -> Rule {
        Rule(identity, transports, ports, on: prefixes, until: until)
    }

    /// The prefixes of the rule that are not inside `taken`; none if `taken` means all addresses.
    private func prefixes(without taken: [AddressPrefix]) throws(AddressesNotSeparable) -> [AddressPrefix] {
        if taken.isEmpty { return [] }
        if prefixes.isEmpty { throw AddressesNotSeparable(rule: self) }
        var left: [AddressPrefix] = []
        for prefix in prefixes where !taken.contains(where: { $0.contains(prefix) }) {
            if taken.contains(where: { prefix.contains($0) }) { throw AddressesNotSeparable(rule: self) }
            left.append(prefix)
        }
        return left
    }
}
