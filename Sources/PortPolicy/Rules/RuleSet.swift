// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    public import Linux
#endif

/// Where a rule is written.
public struct RuleLocation: Hashable, Sendable, ByteStringConvertible {
    /// The path of the file.
    public let file: ByteString
    /// The line, counted from 1.
    public let line: Int

    /// Creates a location.
    public init(file: ByteString, line: Int) {
        self.file = file
        self.line = line
    }

    /// `FILE:LINE`.
    public var byteString: ByteString { "\(file):\(line)" }
}

/// All rules that are in force.
public struct RuleSet: Sendable {
    /// Creates a set without rules.
    public init() {}

    /// The rules that together allow `request`; nil if they do not.
    public func grants(for request: BindRequest, now: Int64, names: some NameResolver) -> [RuleLocation]? { nil }
}
