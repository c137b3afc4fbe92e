// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// One line of a rules file: which principal may bind what (lowport.rules(5)).
package struct Rule: Hashable, Sendable, ByteStringConvertible {
    /// The principal that the rule applies to.
    package var principal: Principal
    /// The protocols.
    package var transports: TransportSet
    /// The ports; never empty.
    package var ports: [PortRange]
    /// The addresses; empty means every address of either family.
    package var prefixes: [AddressPrefix]
    /// The time at which the rule expires; nil for never.
    package var until: Timestamp?

    /// Creates a rule.
    package init(
        _ principal: Principal,
        _ transports: TransportSet,
        _ ports: [PortRange],
        on prefixes: [AddressPrefix] = [],
        until: Timestamp? = nil
    ) {
        self.principal = principal
        self.transports = transports
        self.ports = ports
        self.prefixes = prefixes
        self.until = until
    }

    /// The line, in canonical form.
    package var byteString: ByteString {
        var line: ByteString = "allow \(principal) \(transports) \(portsText)"
        if !prefixes.isEmpty { line += " on \(prefixesText)" }
        if let until { line += " until \(until)" }
        return line
    }

    /// The ports, separated by commas.
    package var portsText: ByteString { Self.list(ports) }

    /// The prefixes, separated by commas.
    package var prefixesText: ByteString { Self.list(prefixes) }

    private static func list(_ items: [some ByteStringConvertible]) -> ByteString {
        var text = ByteString()
        for item in items { text += text.isEmpty ? item.byteString : "," + item.byteString }
        return text
    }

    /// Whether the rule is expired at the time `now`.
    package func isExpired(at now: Timestamp) -> Bool { until.map { $0 <= now } ?? false }

    /// Whether the rule allows `request` on the address `address`.
    ///
    /// The cheap checks come first, so that a name is looked up only for a rule that would otherwise allow the request.
    func allows(_ request: BindRequest, on address: IPAddress, now: Timestamp, names: some NameResolver) -> Bool {
        ports.contains { $0.contains(request.port) }
            && transports.includes(request.transport)
            && (prefixes.isEmpty || prefixes.contains { $0.covers(address) })
            && !isExpired(at: now)
            && principal.includes(request, names: names)
    }

    /// Whether the rule literally allows everything that `other` allows: the same principal, and at least the same
    /// protocols, ports, addresses and time.
    package func covers(_ other: Rule) -> Bool {
        principal == other.principal
            && transports.isSuperset(of: other.transports)
            && other.ports.allSatisfy { wanted in ports.contains { $0.contains(wanted) } }
            && coversAddresses(of: other)
            && (until == nil || other.until.map { $0 <= until ?? $0 } ?? false)
    }

    private func coversAddresses(of other: Rule) -> Bool {
        if prefixes.isEmpty { return true }
        return !other.prefixes.isEmpty
            && other.prefixes.allSatisfy { wanted in prefixes.contains { $0.contains(wanted) } }
    }
}
