// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux
internal import LowportPolicy

/// What the program file gives: its capabilities, or those of root.
struct FileExaminer: Examiner {
    static let role = Role.way

    /// The file that has replaced the one that a process was started from.
    var replacement: ProgramFile?

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard let program = context.program else { return [] }
        let process = context.process
        if process.isRunning {
            if let replacement { return [finding(ofReplacement: replacement, process)] }
            return isOlder(process, than: program)
                ? [Finding(.file, .refuses, Self.older(program), reason: .init(.strong, Self.older(program)))] : []
        }
        var isConfined = false
        if case .holds = context.kernel { isConfined = context.policy.decision.confinement != nil }
        let capabilities = finding(program, process, isConfined: isConfined)
        let started = context.started
        guard process.credentials.user != .root, started.user == .root, started.canBind else { return [capabilities] }
        return [allowing("\(program.path) is set-user-ID root", .strong, process), capabilities]
    }

    /// - Parameter isConfined: whether the kernel engine confines the program to the rules.
    private func finding(_ program: ProgramFile, _ process: BindingProcess, isConfined: Bool) -> Finding {
        let path = program.path
        if program.hasToRaiseCapability(startedBy: process.credentials) {
            let text: ByteString =
                "unless \(path) raises cap_net_bind_service, which its file makes permitted and not effective, it has no effect"
            return Finding(.file, .refuses, text, reason: .init(.decisive, text))
        }
        switch (program.attribute, program.capabilityObstacle(startedBy: process.credentials)) {
        case (.none, _):
            let text: ByteString =
                "\(path) has no file capabilities; replacing the file, as an upgrade does, removes them"
            return .usual(.file, .refuses, text)
        case (.unsupported, _):
            return Finding(.file, .refuses, "the file system of \(path) knows no file capabilities")
        case (_, nil):
            return Finding(.file, .refuses, "\(path) has file capabilities, but not cap_net_bind_service")
        case (_, .some(nil)):
            let reach: ByteString = isConfined ? "as far as the rules allow" : "for every low port"
            let text: ByteString = "\(path) has cap_net_bind_service, \(reach)"
            return allowing(text, .decisive, process, because: "\(path) has the file capability")
        case (_, .some(let reason?)):
            let text: ByteString = "file capabilities of \(path) have no effect: \(reason)"
            return Finding(.file, .refuses, text, reason: .init(.strong, "the " + text))
        }
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard context.process.isRunning, let program = replacement ?? context.program,
            isOlder(context.process, than: program)
        else { return [] }
        return [Remedy(.suffice, advice: "restart it: \(program.path) has the capability for the next start")]
    }

    /// Whether the process lacks the capability that it would get if it were started from the file now.
    private func isOlder(_ process: BindingProcess, than program: ProgramFile) -> Bool {
        guard !process.credentials.effective.contains(.netBindService) else { return false }
        var starter = process.credentials
        starter.bounding = CapabilitySet(rawValue: .max)
        return program.capabilityObstacle(startedBy: starter) == .some(nil)
    }

    private static func older(_ program: ProgramFile) -> ByteString {
        "\(program.path) has the file capability, and the process does not: it is older, or has given it up"
    }

    private func allowing(
        _ text: ByteString,
        _ weight: Finding.Reason.Weight,
        _ process: BindingProcess,
        because reason: ByteString? = nil
    ) -> Finding {
        Finding(
            .file,
            process.effectOfCapabilities,
            text,
            reason: process.doCapabilitiesCount ? .init(weight, reason ?? text) : nil
        )
    }

    private func finding(ofReplacement file: ProgramFile, _ process: BindingProcess) -> Finding {
        let text: ByteString = "\(file.path) was replaced since the process was started"
        guard process.credentials.effective.contains(.netBindService), case .none = file.attribute else {
            return Finding(.file, .informs, text)
        }
        return Finding(.file, .informs, text + "; the file that is there now has no file capabilities")
    }
}

extension FileExaminer {
    init(lookingAt context: BindContext) {
        replacement = context.process.identifier.flatMap { ProgramFile(replacingThatOf: $0) }
    }
}
