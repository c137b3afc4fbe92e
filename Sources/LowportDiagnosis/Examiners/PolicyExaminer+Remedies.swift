// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// The remedies for a missing permission.
extension PolicyExaminer {
    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard findings.needsPermission else { return [] }
        let outside = context.policy.ignoredFiles.filter(\.isOutside)
        // Where capabilities do not count either, only a start elsewhere is proposed anyway.
        if !outside.isEmpty, context.process.doCapabilitiesCount, !context.requester.isUnmapped {
            let place: ByteString = "outside of this user namespace"
            let isAllowed = outside.contains { $0.wouldAllow == true }
            let grants = isAllowed ? [] : [Remedy(.unblock, grant(context).command, elsewhere: place)]
            return grants + [Remedy(.suffice, context.run(), elsewhere: place)]
        }
        return executable(context) + capability(context) + grants(context)
    }

    /// The remedy that gives a program the capability which the rules limit.
    private func capability(_ context: BindContext) -> [Remedy] {
        guard !context.policy.rules.hasErrors, let place = context.policy.limits.first, let program = context.program,
            case .none = program.attribute,
            !context.process.isRunning, !context.requester.isUnmapped
        else { return [] }
        let command = ShellCommand(["sudo", "lowport", "grant", "--program", ShellCommand.operand(program.path)])
        return [Remedy(.permit, command, "gives it the capability, which \(place) limits")]
    }

    /// The remedy that makes an existing path allow the bind.
    private func executable(_ context: BindContext) -> [Remedy] {
        guard let path = context.policy.decision.unexecutable else { return [] }
        if case .directory(let directory) = obstacles[path] {
            // Whether that helps can only be said by somebody who sees the file.
            guard let status = try? FileStatus(of: path), status.mode.rawValue & 0o001 != 0 else { return [] }
            return [
                Remedy(
                    .permit,
                    ShellCommand(["sudo", "chmod", "a+x", directory]),
                    "lets everybody look up the files in the directory, of which \(path) allows it"
                )
            ]
        }
        // Another mode would change nothing.
        if obstacles[path]?.reason != nil { return [] }
        return [
            Remedy(
                .permit,
                ShellCommand(["sudo", "chmod", "a+x", path]),
                "lets everybody bind it who is started with authbind or lowport run"
            )
        ]
    }

    /// The remedies that make existing rules count, or add a rule.
    private func grants(_ context: BindContext) -> [Remedy] {
        // In another user namespace, the owners of the files are not visible, nor who a user without a number is.
        if context.requester.isUnmapped || context.requester.isTransient { return [] }
        let ignored = context.requester.outerUser == nil ? context.policy.ignoredFiles : []
        // A rule for the program would count if no file had an error.
        let isInDoubt = context.policy.rules.hasErrors && !context.policy.limits.isEmpty
        let repairs = ignored.filter { isInDoubt || $0.wouldAllow != false }
        if isInDoubt || repairs.contains(where: { $0.wouldAllow == true }) { return repairs.compactMap(makingCount) }
        let first = ignored.filter(\.isInWayOfGrant)
            .compactMap { $0.remedy(.repair, "repairs what a grant is written to, and may be enough") }
        return first + repairs.filter { !$0.isInWayOfGrant }.compactMap(makingCount) + [grant(context)]
    }

    private func makingCount(_ file: IgnoredFile) -> Remedy? {
        let warning: ByteString = file.isOpenToOthers ? "; read them first, for others could write them" : ""
        return file.remedy(.permit, "makes the rules count that are there" + warning)
    }

    /// The remedy that grants exactly this permission.
    private func grant(_ context: BindContext) -> Remedy {
        let request = context.request
        let place: [ByteString] = request.address.isWildcard ? [] : ["--on", "\(request.address.unmapped)"]
        let command: [ByteString] = ["sudo", "lowport", "grant", "\(request.port)"]
        return Remedy(
            .permit,
            ShellCommand(command + principal(context) + protocolOptions(request.transport) + place),
            "lets this user have this port, and nothing else"
        )
    }

    /// The option for the protocol; none for the default of `lowport grant`.
    private func protocolOptions(_ transport: TransportProtocol) -> [ByteString] {
        if transport == .tcp { return [] }
        return ["--protocol", transport.isWord ? transport.name : "any"]
    }

    private func principal(_ context: BindContext) -> [ByteString] {
        // The policy knows the users of the machine, not those of a user namespace.
        let user = context.requester.outerUser ?? context.request.user
        let name = context.requester.outerUser.map { Accounts.name(of: $0) } ?? context.requester.name
        // A name of digits would be taken for a number.
        guard let name, Digits.number(name) == nil else { return ["--uid", "\(user)"] }
        return name.hasPrefix("-") ? ["--user=\(name)"] : ["--user", name]
    }
}

extension KnownPolicy {
    /// The rule at `place`, after a colon; empty if there is none.
    func text(at place: RuleLocation) -> ByteString {
        rules.files.flatMap(\.rules).first { $0.location == place }.map { ": \($0.rule)" } ?? ""
    }
}

extension SourceTraits {
    /// The description of what allows: `rule FILE:LINE and FILE:LINE`, or `FILE, line LINE`.
    func words(for locations: [RuleLocation]) -> ByteString {
        let places = locations.map { place -> ByteString in
            isWrittenInRules || place.line == 0 ? place.byteString : "\(place.file), line \(place.line)"
        }
        let list = ByteString(joining: places, with: " and ")
        return isWrittenInRules ? "\(noun) \(list)" : list
    }
}

extension Decision {
    /// The path of the last check that failed for lack of permission, if that was a check for execution.
    fileprivate var unexecutable: ByteString? {
        for answer in answers.reversed() {
            guard let step = answer.steps.last(where: { $0.refusal == .permissionDenied }) else { continue }
            return step.access == .execute ? "\(answer.source.traits.directory)/\(step.path)" : nil
        }
        return nil
    }
}
