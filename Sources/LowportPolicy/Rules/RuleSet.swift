// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The location of an entry that allows something.
package struct RuleLocation: Hashable, Sendable, ByteStringConvertible {
    /// The path of the file.
    package let file: ByteString
    /// The line, counted from 1; 0 if the whole file allows, like an executable file of the authbind tree.
    package let line: Int

    /// Creates a location.
    package init(file: ByteString, line: Int) {
        self.file = file
        self.line = line
    }

    /// `FILE:LINE`, or `FILE` for the whole file.
    package var byteString: ByteString { line == 0 ? file : "\(file):\(line)" }
}

/// All rules that are in force.
package struct RuleSet: Sendable {
    private let all: [RulesFile]
    /// Whether a file has an error, or was refused: it may have had any line.
    package let hasErrors: Bool

    /// Creates the set of the rules in `files`. A file with an error is ignored.
    /// - Parameter isWhole: whether these are all files, and none was refused.
    package init(_ files: [RulesFile] = [], isWhole: Bool = true) {
        all = files
        hasErrors = !isWhole || files.contains { !$0.isValid }
    }

    /// The files in force: those without an error.
    package var files: [RulesFile] { all.filter { $0.isValid } }

    /// The locations of the rules that together allow `request`; nil if it is not allowed.
    ///
    /// An IPv4-mapped address is judged as the corresponding IPv4 address; a dual-stack bind must be allowed for both
    /// families.
    ///
    /// A rule for a program that is confined says how far the program's capability goes. It allows nothing by itself:
    /// who runs such a program without its capability can make it do anything. While a file has an error, every program
    /// may be confined.
    /// - Parameters:
    ///   - now: the time that `until` is compared with.
    ///   - isCapable: whether the requester has the capability, so that such rules count as well.
    package func grants(
        for request: BindRequest,
        now: Timestamp,
        names: some NameResolver,
        isCapable: Bool = false
    ) -> [RuleLocation]? {
        guard let first = grant(for: request, on: request.address.unmapped, isCapable, now, names) else { return nil }
        guard request.isDualStack, request.address == .v6(.any) else { return [first] }
        guard let second = grant(for: request, on: .v4(.any), isCapable, now, names) else { return nil }
        return first == second ? [first] : [first, second]
    }

    @inline(never)
    private func grant(
        for request: BindRequest,
        on address: IPAddress,
        _ isCapable: Bool,
        _ now: Timestamp,
        _ names: some NameResolver
    ) -> RuleLocation? {
        // Those of rules for programs, which count if no line confines the program.
        var (byProgram, isConfined): (RuleLocation?, Bool) = (nil, false)
        for file in all where file.isValid {
            for line in file.lines {
                switch line.content {
                case .rule(let rule):
                    guard rule.allows(request, on: address, now: now, names: names) else { continue }
                    let location = RuleLocation(file: file.path, line: line.number)
                    if case .program = rule.principal, !isCapable { byProgram = location } else { return location }
                case .confinement(.program(let path)):
                    if Principal.program(path, of: .everyone).includes(request, names: names) { isConfined = true }
                default: continue
                }
            }
        }
        return isConfined || hasErrors ? nil : byProgram
    }
}
