// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLaunch
package import LowportLinux

/// Whether a program has CAP_NET_BIND_SERVICE when a user starts it, once its file permits that capability: examined as
/// `Explanation` does it, without a port.
package enum CapabilityStart {
    /// What keeps the program from its capability, or from starting at all; one sentence each, none if nothing does.
    ///
    /// The program counts as started by a user other than root, with the bounding set of this process.
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - permitted: the capabilities that the file has, or is about to get; they are effective as well. Nil for those
    ///     that it has, as they are: those that are not effective, the program may raise itself.
    package static func obstacles(to path: ByteString, permitted: CapabilitySet? = nil) -> [ByteString] {
        guard var context = context(path, as: .overflow) else { return [] }
        let own = try? ProcessCredentials(of: CurrentProcess.identifier)
        context.process.credentials.bounding = .bounding
        context.process.credentials.hasNoNewPrivileges = own?.hasNoNewPrivileges ?? false
        if let permitted, context.program?.scripts.isEmpty == true { context.program?.assume(permitted) }
        context.program?.lookForLibraries(as: .root, [], .bare)

        // Whoever may not execute the file is not concerned, unless nobody may.
        let execution = Self.context(path, as: .root).map { ProgramExaminer(lookingAt: $0) }
        var found = Findings()
        found.append(execution?.findings(context, after: found) ?? [])
        found.append(FileExaminer(lookingAt: context).findings(context, after: found))
        if let script = context.program?.scripts.first, let program = context.program {
            return found.sentences(of: .blocks) + [
                "file capabilities of a script have no effect: \(script) is run by \(program.path)"
            ]
        }
        let mayRaise = context.program?.hasToRaiseCapability(startedBy: context.process.credentials) == true
        if found.isBlocked(by: .program) || found.allows(.file) || mayRaise { return found.sentences(of: .blocks) }
        return found.sentences(of: .refuses)
    }

    private static func context(_ path: ByteString, as user: UserID) -> BindContext? {
        let question = BindQuestion(
            .user(user.byteString),
            program: path,
            transport: .tcp,
            address: .v4(.any),
            isDualStack: false,
            port: Port(rawValue: 1)
        )
        return try? Collector(question).context()
    }
}

extension Findings {
    fileprivate func sentences(of effect: Finding.Effect) -> [ByteString] {
        all.filter { $0.effect == effect }.map(\.text)
    }
}

extension ProgramFile {
    /// Examines the file as if it had these capabilities, and the effective flag.
    fileprivate mutating func assume(_ permitted: CapabilitySet) {
        let state = CapabilityState(effective: permitted, permitted: permitted)
        guard attribute != .unsupported, let capabilities = FileCapabilities(state, rootUser: .root) else { return }
        attribute = .some(capabilities)
    }
}
