// SPDX-License-Identifier: Apache-2.0
public import Linux
public import PortPolicy

/// Somebody may bind some ports at some addresses: said once for all binds, as the kernel is told it.
public struct PolicyPermission: Hashable, Sendable {
    /// At which addresses.
    public enum Addresses: Hashable, Sendable {
        /// All of both families.
        case all
        /// Those of the prefixes of a rule: an IPv4-mapped address is IPv4, and a wildcard is none but in a prefix of length 0.
        case prefixes([AddressPrefix])
        /// Those from one to another, each for itself.
        case span(AddressSpan)
    }

    /// Whom it is for.
    public let principal: Principal
    /// The protocols.
    public let transports: TransportSet
    /// The ports.
    public let ports: [PortRange]
    /// The addresses.
    public let addresses: Addresses
    /// The moment from which on it allows nothing; nil for never.
    public let until: Timestamp?
    /// Whether it allows a dual-stack wildcard without a second one for IPv4, as the authbind tree does.
    public let isAlone: Bool
    /// Where it comes from.
    public let location: RuleLocation
    /// What the counters know it by: the same for the same rule, wherever it moves.
    public let counter: ByteString

    /// Creates the permission that `rule` is.
    public init(_ rule: Rule, at location: RuleLocation) {
        principal = rule.principal
        transports = rule.transports
        ports = rule.ports
        addresses = rule.prefixes.isEmpty ? .all : .prefixes(rule.prefixes)
        until = rule.until
        isAlone = false
        self.location = location
        counter = Self.counter(of: rule, at: location)
    }

    /// Creates the permission of something that is not a rule, that is for all protocols, and that looks at an address alone.
    /// - Parameter addresses: nil for all.
    public init(_ principal: Principal, _ ports: PortRange, at addresses: AddressSpan?, from location: RuleLocation) {
        self.principal = principal
        transports = .any
        self.ports = [ports]
        self.addresses = addresses.map { .span($0) } ?? .all
        until = nil
        isAlone = true
        self.location = location
        counter = Self.counter(of: nil, at: location)
    }

    /// A rule may move to another line; what is none is known by its place.
    static func counter(of rule: Rule?, at location: RuleLocation) -> ByteString {
        rule.map(\.byteString) ?? "\(location.file):\(location.line)"
    }
}

/// How a snapshot is taken.
public struct SnapshotOptions: Sendable {
    /// Whether the caller holds the rules, and wrote `RuleStore.mainPath` itself if that has changed just now.
    public var isHeld: Bool
    /// What is to become of that file: it is read in its place. Nil for what it is.
    public var contentOfMain: [UInt8]?

    /// Creates options.
    public init(isHeld: Bool = false, insteadOfMain content: [UInt8]? = nil) {
        self.isHeld = isHeld
        contentOfMain = content
    }
}

/// All that one source of permission allows at one moment, as far as that can be said once for all binds.
public struct SourceSnapshot: Sendable {
    /// The source.
    public let source: PolicySource
    /// What is allowed. What one file allows stands together.
    public var permissions: [PolicyPermission] = []
    /// What was left out, and why.
    public var leftOut: [PolicyDiagnostic] = []
    /// The files that are written in rules, good or bad: in them are the lines that confine.
    public var files: [RulesFile] = []
    /// The files of them, and directories, that do not count.
    public var readErrors: [RuleStore.ReadError] = []
    /// What of them was still being written: half of a line may allow what the whole line does not, so it allows nothing.
    public var unsettled: [ByteString] = []
    /// The file of them whose content is yet to come; nil if there is none.
    public var draft: ByteString?

    /// Creates a snapshot of a source that allows nothing.
    public init(of source: PolicySource) { self.source = source }

    /// Takes out all that the files at `paths` allow.
    public mutating func remove(_ paths: Set<ByteString>) {
        if paths.isEmpty { return }
        permissions.removeAll { paths.contains($0.location.file) }
    }

    /// Leaves out all that the files at `paths` allow, for `reason`.
    public mutating func leaveOut(_ paths: Set<ByteString>, _ reason: ByteString) {
        remove(paths)
        leftOut += paths.sorted().map { PolicyDiagnostic(Message(reason), path: $0, .warning) }
    }
}
