// SPDX-License-Identifier: Apache-2.0
public import LowportLinux
public import LowportPolicy

/// The permission of a principal to bind ports at addresses: stated once for all binds, as the kernel receives it.
public struct PolicyPermission: Hashable, Sendable {
    /// The addresses of a permission.
    public enum Addresses: Hashable, Sendable {
        /// All addresses of both families.
        case all
        /// The addresses in the prefixes of a rule: an IPv4-mapped address counts as IPv4, and a wildcard address is
        /// only in a prefix of length 0.
        case prefixes([AddressPrefix])
        /// The addresses of a span, each for itself only.
        case span(AddressSpan)
    }

    /// The principal.
    public let principal: Principal
    /// The protocols.
    public let transports: TransportSet
    /// The ports.
    public let ports: [PortRange]
    /// The addresses.
    public let addresses: Addresses
    /// The time at which the permission expires; nil for never.
    public let until: Timestamp?
    /// Whether the permission allows a dual-stack wildcard bind without a second permission for IPv4, as in the
    /// authbind tree.
    public let isAlone: Bool
    /// The location that the permission comes from.
    public let location: RuleLocation
    /// The identity in the counters: the same for the same rule, even if the rule moves.
    public let counter: ByteString

    /// Creates the permission of `rule`.
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

    /// Creates a permission that does not come from a rule: for all protocols, and without a second permission for
    /// IPv4.
    /// - Parameter addresses: nil for all addresses.
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

    /// A rule may move to another line; any other entry is identified by its location.
    static func counter(of rule: Rule?, at location: RuleLocation) -> ByteString {
        rule.map(\.byteString) ?? "\(location.file):\(location.line)"
    }
}

/// The options for taking a snapshot.
public struct SnapshotOptions: Sendable {
    /// Whether the caller holds the rules, and wrote `RuleStore.mainPath` itself if that file has just changed.
    public var isHeld: Bool
    /// The future content of `RuleStore.mainPath`, which is read in place of the file; nil for the current content.
    public var contentOfMain: [UInt8]?

    /// Creates options.
    public init(isHeld: Bool = false, insteadOfMain content: [UInt8]? = nil) {
        self.isHeld = isHeld
        contentOfMain = content
    }
}

/// Everything that one permission source allows at one moment, as far as it can be stated once for all binds.
public struct SourceSnapshot: Sendable {
    /// The source.
    public let source: PolicySource
    /// The permissions. Those of one file are adjacent.
    public var permissions: [PolicyPermission] = []
    /// The entries that were left out, and why.
    public var leftOut: [PolicyDiagnostic] = []
    /// The rules files, valid or not; they contain the lines that confine.
    public var files: [RulesFile] = []
    /// The rules files and directories that are refused.
    public var readErrors: [RuleStore.ReadError] = []
    /// The rules files that were still being written. They allow nothing, because half of a line may allow what the
    /// whole line does not.
    public var unsettled: [ByteString] = []
    /// The rules file whose content is not yet installed; nil if there is none.
    public var draft: ByteString?

    /// Creates a snapshot of a source that allows nothing.
    public init(of source: PolicySource) { self.source = source }

    /// Removes everything that the files at `paths` allow.
    public mutating func remove(_ paths: Set<ByteString>) {
        if paths.isEmpty { return }
        permissions.removeAll { paths.contains($0.location.file) }
    }

    /// Leaves out everything that the files at `paths` allow, and reports `reason`.
    public mutating func leaveOut(_ paths: Set<ByteString>, _ reason: ByteString) {
        remove(paths)
        leftOut += paths.sorted().map { PolicyDiagnostic(Message(reason), path: $0, .warning) }
    }
}
