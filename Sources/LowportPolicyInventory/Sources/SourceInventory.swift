// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy

/// Everything that one permission source allows, and diagnostics about it, for people.
package struct SourceInventory: Sendable {
    /// The source.
    package let source: PolicySource
    /// The entries, in the order in which they are written.
    package var entries: [PolicyEntry] = []
    /// The diagnostics about the source.
    package var diagnostics: [PolicyDiagnostic] = []
    /// The lines that confine processes to what is allowed, and their locations.
    package var confinements: [(confinement: ConfinedPrincipal, location: RuleLocation)] = []
    /// The numbers of rules and of rules files, valid or not; zero for a source that is not written in rules.
    package var count: (files: Int, rules: Int) = (0, 0)

    /// Which entries without use to look for.
    package enum Doubts: Hashable, Sendable {
        /// None.
        case none
        /// Those that nobody can use.
        case useless
        /// Those, and the ones that allow nothing that another entry does not allow already.
        case all
    }

    /// Creates an empty inventory.
    package init(of source: PolicySource) { self.source = source }
}

/// One entry of a source that allows something.
package struct PolicyEntry: Hashable, Sendable {
    /// The principal: as written in a rule, otherwise by number.
    package let principal: Principal
    /// The protocols.
    package let transports: TransportSet
    /// The ports.
    package let ports: [PortRange]
    /// The addresses as the source has them: `127.0.0.1`, `10.0.0.0/8`, `::1-::9`; nil for all addresses.
    package let addresses: ByteString?
    /// The time at which the entry expires; nil for never.
    package let until: Timestamp?
    /// The location of the entry.
    package let location: RuleLocation
    /// The rule; nil if the entry is not a rule.
    package let rule: Rule?

    /// Creates the entry of `rule`.
    package init(_ rule: Rule, at location: RuleLocation) {
        self.init(rule.principal, rule.transports, rule.ports, rule.prefixes, until: rule.until, at: location, rule)
    }

    /// Creates an entry that is not a rule and applies to all protocols.
    package init(_ principal: Principal, _ ports: PortRange, on addresses: ByteString?, at location: RuleLocation) {
        self.principal = principal
        self.transports = .any
        self.ports = [ports]
        self.addresses = addresses
        self.until = nil
        self.location = location
        self.rule = nil
    }

    private init(
        _ principal: Principal,
        _ transports: TransportSet,
        _ ports: [PortRange],
        _ prefixes: [AddressPrefix],
        until: Timestamp?,
        at location: RuleLocation,
        _ rule: Rule
    ) {
        self.principal = principal
        self.transports = transports
        self.ports = ports
        self.addresses = prefixes.isEmpty ? nil : rule.prefixesText
        self.until = until
        self.location = location
        self.rule = rule
    }

    /// The identity of the entry in the counters of the kernel engine.
    package var counter: ByteString { PolicyPermission.counter(of: rule, at: location) }
}

/// A diagnostic about a source.
package struct PolicyDiagnostic: Hashable, Sendable, MessageConvertible {
    /// The severity of a diagnostic.
    package enum Gravity: Hashable, Sendable {
        /// The whole file or directory grants nothing because of the error.
        case error
        /// Users other than root can grant ports.
        case unsafe
        /// An entry has no effect, although it seems to have one.
        case warning
    }

    /// The path of the file or directory.
    package let path: ByteString
    /// The line, counted from 1; nil for the whole file.
    package let line: Int?
    /// The byte of the line, counted from 1; nil for the whole line.
    package let column: Int?
    /// The message, without the position.
    package let message: Message
    /// The severity.
    package let gravity: Gravity

    /// Creates a diagnostic.
    package init(_ message: Message, path: ByteString, line: Int? = nil, column: Int? = nil, _ gravity: Gravity) {
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.gravity = gravity
    }

    /// Whether the diagnostic is more severe than a warning.
    package var isSerious: Bool { gravity != .warning }

    /// `PATH:LINE:COLUMN: MESSAGE`, without the numbers that are nil.
    package var asMessage: Message { "\(place): \(message)" }

    /// `PATH:LINE:COLUMN`, without the numbers that are nil.
    package var place: ByteString { [line, column].compactMap(\.self).reduce(path) { "\($0):\($1)" } }
}

/// The health of a source.
package struct SourceHealth: Sendable {
    /// The errors, and what to do about each.
    package var errors: [(text: ByteString, remedy: Message?)] = []
    /// The text to show if there are no errors.
    package var summary: ByteString
}
