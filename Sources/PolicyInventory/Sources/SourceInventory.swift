// SPDX-License-Identifier: Apache-2.0
public import Linux
public import PortPolicy

/// All that one source of permission allows, and what in it is not as it seems: for people.
public struct SourceInventory: Sendable {
    /// The source.
    public let source: PolicySource
    /// What is allowed, in the order in which it is written.
    public var entries: [PolicyEntry] = []
    /// What is not as it seems.
    public var diagnostics: [PolicyDiagnostic] = []
    /// The lines that confine somebody to what is allowed, and where they stand.
    public var confinements: [(confinement: ConfinedPrincipal, location: RuleLocation)] = []
    /// How many rules are written in how many files, good or bad; none for a source that is not written in rules.
    public var count: (files: Int, rules: Int) = (0, 0)

    /// Creates an inventory in which there is nothing.
    public init(of source: PolicySource) { self.source = source }
}

/// One thing that a source allows.
public struct PolicyEntry: Hashable, Sendable {
    /// Whom: as it is written in a rule; otherwise by number.
    public let principal: Principal
    /// The protocols.
    public let transports: TransportSet
    /// The ports.
    public let ports: [PortRange]
    /// The addresses as the source has them: `127.0.0.1`, `10.0.0.0/8`, `::1-::9`; nil for all.
    public let addresses: ByteString?
    /// The moment from which on it allows nothing; nil for never.
    public let until: Timestamp?
    /// Where it is written.
    public let location: RuleLocation
    /// The rule that it is; nil if it is written otherwise.
    public let rule: Rule?

    /// Creates the entry that `rule` is.
    public init(_ rule: Rule, at location: RuleLocation) {
        self.init(rule.principal, rule.transports, rule.ports, rule.prefixes, until: rule.until, at: location, rule)
    }

    /// Creates the entry of something that is not a rule, and that is for all protocols.
    public init(_ principal: Principal, _ ports: PortRange, on addresses: ByteString?, at location: RuleLocation) {
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

    /// What the counters of the kernel engine know it by.
    public var counter: ByteString { PolicyPermission.counter(of: rule, at: location) }
}

/// Something about a source that somebody should know.
public struct PolicyDiagnostic: Hashable, Sendable, MessageConvertible {
    /// What it comes to.
    public enum Gravity: Hashable, Sendable {
        /// All of a file, or of a directory, grants nothing because of it.
        case error
        /// Somebody besides root can grant by it.
        case unsafe
        /// Something has no effect that seems to have one.
        case warning
    }

    /// The path of the file or directory.
    public let path: ByteString
    /// The line, counted from 1; nil if all of the file is meant.
    public let line: Int?
    /// The byte of the line, counted from 1; nil if all of the line is meant.
    public let column: Int?
    /// What it is, without the place.
    public let message: Message
    /// What it comes to.
    public let gravity: Gravity

    /// Creates a diagnostic.
    public init(_ message: Message, path: ByteString, line: Int? = nil, column: Int? = nil, _ gravity: Gravity) {
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.gravity = gravity
    }

    /// Whether it is more than a warning.
    public var isSerious: Bool { gravity != .warning }

    /// `PATH:LINE:COLUMN: MESSAGE`, as far as there are such numbers.
    public var asMessage: Message {
        let place = [line, column].compactMap(\.self).reduce(path) { "\($0):\($1)" }
        return "\(place): \(message)"
    }
}

/// Whether a source is sound.
public struct SourceHealth: Sendable {
    /// What is not as it should be, and what to do about it.
    public var errors: [(text: ByteString, remedy: Message?)] = []
    /// What there is to say if nothing is.
    public var summary: ByteString
}
