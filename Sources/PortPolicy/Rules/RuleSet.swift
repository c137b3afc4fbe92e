// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The location of an entry that allows something.
public struct RuleLocation: Hashable, Sendable, ByteStringConvertible {
    /// The path of the file.
    public let file: ByteString
    /// The line, counted from 1; 0 if the whole file allows, like an executable file of the authbind tree.
    public let line: Int

    /// Creates a location.
    public init(file: ByteString, line: Int) {
        self.file = file
        self.line = line
    }

    /// `FILE:LINE`, or `FILE` for the whole file.
    public var byteString: ByteString { line == 0 ? file : "\(file):\(line)" }
}

/// All rules that are in force.
public struct RuleSet: Sendable {
    /// The files in force: those without an error.
    public let files: [RulesFile]

    /// Creates the set of the rules in `files`. A file with an error is ignored.
    public init(_ files: [RulesFile] = []) { self.files = files.filter { $0.isValid } }

    /// The locations of the rules that together allow `request`; nil if it is not allowed.
    ///
    /// An IPv4-mapped address is judged as the corresponding IPv4 address; a dual-stack bind must be allowed for both
    /// families.
    /// - Parameter now: the time that `until` is compared with.
    public func grants(for request: BindRequest, now: Timestamp, names: some NameResolver) -> [RuleLocation]? {
        guard let first = grant(for: request, on: request.address.unmapped, now: now, names: names) else { return nil }
        guard request.isDualStack, request.address == .v6(.any) else { return [first] }
        guard let second = grant(for: request, on: .v4(.any), now: now, names: names) else { return nil }
        return first == second ? [first] : [first, second]
    }

    private func grant(
        for request: BindRequest,
        on address: IPAddress,
        now: Timestamp,
        names: some NameResolver
    ) -> RuleLocation? {
        for file in files {
            for line in file.lines {
                if case .rule(let rule) = line.content, rule.allows(request, on: address, now: now, names: names) {
                    return RuleLocation(file: file.path, line: line.number)
                }
            }
        }
        return nil
    }
}
