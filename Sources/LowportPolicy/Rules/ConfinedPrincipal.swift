// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A line `confine …`: the processes that may bind privileged ports only as the rules allow, whatever other rights they
/// have.
///
/// The kernel engine enforces the line. Root is exempt unless `confine root` is written.
package enum ConfinedPrincipal: Hashable, Sendable, ByteStringConvertible {
    /// Every user but root.
    case everyone
    /// Processes with the real user 0.
    case root
    /// Processes with this real user, by name.
    case user(ByteString)
    /// Processes with this group, real or supplementary, by name.
    case group(ByteString)
    /// Processes, also those of root, that execute the file with this path.
    case program(ByteString)

    /// The line, in canonical form.
    package var byteString: ByteString {
        switch self {
        case .everyone: "confine everyone"
        case .root: "confine root"
        case .user(let name): "confine user \(name)"
        case .group(let name): "confine group \(name)"
        case .program(let path): "confine program \(path)"
        }
    }

    /// The path of the program, if the line names one.
    package var program: ByteString? { if case .program(let path) = self { path } else { nil } }

    /// Whether the line confines the process that requests the bind.
    func includes(_ request: BindRequest, names: some NameResolver) -> Bool {
        if case .program(let path) = self {
            return Principal.program(path, of: .everyone).includes(request, names: names)
        }
        if request.user == .root { return self == .root }
        return switch self {
        case .root, .program: false
        case .everyone: true
        case .user(let name): Principal.user(name).includes(request, names: names)
        case .group(let name): Principal.group(name).includes(request, names: names)
        }
    }
}

extension RulesFile {
    /// The lines that confine processes, and their locations.
    package var confinements: [(confinement: ConfinedPrincipal, location: RuleLocation)] {
        lines.compactMap { line in
            guard case .confinement(let confinement) = line.content else { return nil }
            return (confinement, RuleLocation(file: path, line: line.number))
        }
    }
}

extension RuleSet {
    /// The line that confines the requester; nil if there is none.
    package func confinement(of request: BindRequest, names: some NameResolver) -> RuleLocation? {
        for file in files {
            for (confinement, location) in file.confinements
            where confinement.includes(request, names: names) {
                return location
            }
        }
        return nil
    }
}
