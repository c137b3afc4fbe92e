// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
package import LowportPolicy

/// The permission of a principal to bind ports at addresses: stated once for all binds, as the kernel receives it.
package struct PolicyPermission: Hashable, Sendable {
    /// The addresses of a permission.
    package enum Addresses: Hashable, Sendable {
        /// All addresses of both families.
        case all
        /// The addresses in the prefixes of a rule: an IPv4-mapped address counts as IPv4, and a wildcard address is
        /// only in a prefix of length 0.
        case prefixes([AddressPrefix])
        /// The addresses of a span, each for itself only.
        case span(AddressSpan)
    }

    /// The principal.
    package let principal: Principal
    /// The protocols.
    package let transports: TransportSet
    /// The ports.
    package let ports: [PortRange]
    /// The addresses.
    package let addresses: Addresses
    /// The time at which the permission expires; nil for never.
    package let until: Timestamp?
    /// Whether the permission allows a dual-stack wildcard bind without a second permission for IPv4, as in the
    /// authbind tree.
    package let isAlone: Bool
    /// The location that the permission comes from.
    package let location: RuleLocation
    /// The identity in the counters: the same for the same rule, even if the rule moves.
    package let counter: ByteString

    /// Creates the permission of `rule`.
    package init(_ rule: Rule, at location: RuleLocation) {
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
    package init(_ principal: Principal, _ ports: PortRange, at addresses: AddressSpan?, from location: RuleLocation) {
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
package struct SnapshotOptions: Sendable {
    /// Whether the caller holds the rules, and wrote `RuleStore.mainPath` itself if that file has just changed.
    package var isHeld: Bool
    /// The future content of `RuleStore.mainPath`, which is read in place of the file; nil for the current content.
    package var contentOfMain: [UInt8]?

    /// Creates options.
    package init(isHeld: Bool = false, insteadOfMain content: [UInt8]? = nil) {
        self.isHeld = isHeld
        contentOfMain = content
    }
}

/// Everything that one permission source allows at one moment, as far as it can be stated once for all binds.
package struct SourceSnapshot: Sendable {
    /// The source.
    package let source: PolicySource
    /// The permissions. Those of one file are adjacent.
    package var permissions: [PolicyPermission] = []
    /// The entries that were left out, and why.
    package var leftOut: [PolicyDiagnostic] = []
    /// The rules files, valid or not; they contain the lines that confine.
    package var files: [RulesFile] = []
    /// The rules files and directories that are refused.
    package var readErrors: [RuleStore.ReadError] = []
    /// The rules files that were still being written. They allow nothing, because half of a line may allow what the
    /// whole line does not.
    package var unsettled: [ByteString] = []
    /// The rules file whose content is not yet installed; nil if there is none.
    package var draft: ByteString?

    /// Creates a snapshot of a source that allows nothing.
    package init(of source: PolicySource) { self.source = source }

    /// Removes everything that the files at `paths` allow.
    package mutating func remove(_ paths: Set<ByteString>) {
        if paths.isEmpty { return }
        permissions.removeAll { paths.contains($0.location.file) }
    }

    /// Leaves out everything that the files at `paths` allow, and reports `reason`.
    package mutating func leaveOut(_ paths: Set<ByteString>, _ reason: ByteString) {
        remove(paths)
        leftOut += paths.sorted().map { PolicyDiagnostic(Message(reason), path: $0, .warning) }
    }
}
