// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Launch
internal import Linux
internal import PortPolicy

/// Whether the helper can bring what the policy allows to the program.
struct DeliveryExaminer: Examiner {
    static let role = Role.delivery

    /// Whether the helper of this installation exists and has its privilege.
    var isHelperReady = true
    /// The value of `kernel.yama.ptrace_scope` that prevents the broker from working; nil if the broker may work.
    var forbiddingScope: Int?
    /// Whether the supervisor of the broker finds the programs in /proc.
    var isProcOwn = true

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        if found.hasWay || found.allows(.kernel) { return [] }
        if let obstacle = obstacle(context) {
            let reason: Finding.Reason? =
                found.isPermitted ? .init(.decisive, "it is allowed, but \(obstacle.text)") : nil
            return [Finding(.delivery, .refuses, obstacle.text, reason: reason)]
        }
        return [Finding(.delivery, .allows, text(context), reason: .init(.possible, starter(context)))]
    }

    /// How the permission reaches the process.
    private func text(_ context: BindContext) -> ByteString {
        let (process, program) = (context.process, context.program)
        if process.isRunning {
            return process.isUnderBroker
                ? "it is under the broker, which asks the helper" : "it has the library in it that asks the helper"
        }
        if process.isUnderBroker { return "this process is under the broker already, and so is what it starts" }
        guard let reason = program?.brokerReason else { return "lowport run and authbind reach it" }
        return program?.needsBrokerByName == true
            ? "lowport run --via broker reaches it; the broker has to be asked for, since \(reason) and has privileges on disk"
            : "lowport run and authbind reach it with the broker, since \(reason)"
    }

    /// The command to start the program with, as the end of a sentence.
    private func starter(_ context: BindContext) -> ByteString {
        if context.process.isRunning { return "" }
        return context.program?.needsBrokerByName == true
            ? ", started with lowport run --via broker" : ", started with lowport run or authbind"
    }

    // MARK: - Remedies

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        if findings.hasWay || findings.allows(.kernel) { return [] }
        // Confined processes already have the kernel engine, and only a start elsewhere leads out of a sandbox.
        if findings.isBlocked(by: .confinement, .boundingSet, .seccomp, .landlock, .controlGroup) { return [] }
        switch obstacle(context) {
        case nil:
            if context.process.isRunning { return [] }
            let options: [ByteString] = context.program?.needsBrokerByName == true ? ["--via", "broker"] : []
            return [Remedy(.deliver, context.run(options), "runs it under Lowport")]
        case .foreignNamespace:
            return [Remedy(.deliver, context.run(), "outside of this user namespace")] + enabling(context)
        case .noNewPrivileges, .boundingSet:
            return enabling(context) + [ambient(context)]
        case .noHelper:
            return [Remedy(.deliver, "sudo make install", "puts the helper in place with its privilege")]
        case .notStarted, .libraryInVain:
            let options: [ByteString] = context.program?.brokerReason == nil ? [] : ["--via", "broker"]
            let start = Remedy(.deliver, context.run(options), "restarts it under Lowport")
            return [start] + enabling(context)
        case .noBroker(_, let scope):
            guard Yama.canBeChanged(scope: scope) else { return enabling(context) }
            let lift = Remedy(
                .deliver,
                "sudo sysctl kernel.yama.ptrace_scope=1",
                "lets the broker look into the program"
            )
            return [lift] + enabling(context)
        case .unreachable:
            return enabling(context) + capability(context) + withoutPrivileges(context)
        }
    }

    /// With the kernel engine the kernel decides by itself, and nothing has to be started in another way.
    private func enabling(_ context: BindContext) -> [Remedy] {
        guard context.kernel == .off else { return [] }
        return [
            Remedy(
                .deliver,
                "sudo lowport enforce enable",
                "has the kernel itself let every process bind what the policy allows it"
            )
        ]
    }

    /// A process that can gain no privilege must be started with the capability.
    private func ambient(_ context: BindContext) -> Remedy {
        Remedy(
            .deliver,
            context.ambientStart,
            "starts it from outside with the capability, for every low port; in a unit of systemd, "
                + "AmbientCapabilities=CAP_NET_BIND_SERVICE does it"
        )
    }

    private func capability(_ context: BindContext) -> [Remedy] {
        guard let program = context.program, program.image != .unknown, !program.isOpenToOthers else { return [] }
        return [
            Remedy(
                .deliver,
                ShellCommand(["sudo", "lowport", "grant", "--program", ShellCommand.operand(program.path)]),
                "for every low port and every user, until the file is replaced by an upgrade" + program.warning
            )
        ]
    }

    /// Under the broker no program gains privileges, so that a program with file privileges is reached like any other.
    private func withoutPrivileges(_ context: BindContext) -> [Remedy] {
        guard forbiddingScope == nil, isProcOwn, let program = context.program, program.image != .unknown else {
            return []
        }
        return [
            Remedy(
                .deliver,
                context.run(["--via", "broker"]),
                "runs it under Lowport, and without what its file would give it"
            )
        ]
    }
}

extension DeliveryExaminer {
    init(lookingAt context: BindContext) {
        isHelperReady = Self.isHelperReady
        isProcOwn = ProcFileSystem.isOfThisNamespace
        if let scope = Yama.scope, !Yama.allowsSupervision(scope: scope, isRoot: context.request.user == .root) {
            forbiddingScope = scope
        }
    }

    private static var isHelperReady: Bool {
        guard let helper = Installation.path(of: "lowport-helper"),
            let file = try? ProgramFile(helper, searchPath: ""), !file.isOnNosuidMount
        else { return false }
        if file.mode.rawValue & 0o4000 != 0, file.owner == .root { return true }
        if case .some(let capabilities) = file.attribute { return capabilities.permitted.contains(.netBindService) }
        return false
    }
}

/// Why no permission of the policy reaches a program.
private enum DeliveryObstacle {
    case foreignNamespace
    case noNewPrivileges
    case boundingSet
    case noHelper
    /// The process was started without a wrapper.
    case notStarted
    /// The process has the library, which has no effect on it for this reason.
    case libraryInVain(ByteString)
    /// Neither the library nor the broker reaches the program, for this reason.
    case unreachable(ByteString)
    /// The program needs the broker for this reason, but this `kernel.yama.ptrace_scope` forbids the broker.
    case noBroker(ByteString, scope: Int)

    /// The obstacle as the end of a sentence.
    var text: ByteString {
        switch self {
        case .foreignNamespace: NamespaceExaminer.foreign
        case .noNewPrivileges: "no_new_privs keeps the helper from having any privilege"
        case .boundingSet: "CAP_NET_BIND_SERVICE is outside the bounding set here"
        case .noHelper: "the helper of Lowport is not installed with its privilege"
        case .notStarted: "the process was not started with lowport run or authbind"
        case .libraryInVain(let reason): "the library of lowport run or authbind does not reach it: \(reason)"
        case .unreachable(let reason): "the program cannot be reached: \(reason)"
        case .noBroker(let reason, let scope):
            "the program cannot be reached: \(reason), and \(Yama.key) is \(scope)"
        }
    }
}

extension DeliveryExaminer {
    /// Why no permission of the policy reaches the program; nil if it does.
    ///
    /// Obstacles that only a start elsewhere removes come first.
    fileprivate func obstacle(_ context: BindContext) -> DeliveryObstacle? {
        let process = context.process
        if !process.doCapabilitiesCount { return .foreignNamespace }
        if !process.isUnderBroker {
            if process.credentials.hasNoNewPrivileges { return .noNewPrivileges }
            if !process.credentials.bounding.contains(.netBindService) { return .boundingSet }
        }
        if !isHelperReady { return .noHelper }
        switch process.delivery {
        case .broker: return nil
        case .library: return context.program?.brokerReason.map { .libraryInVain($0) }
        case .none: if process.isRunning { return .notStarted }
        }
        guard let program = context.program else { return nil }
        if let reason = program.deliveryObstacle { return .unreachable(reason) }
        if !isProcOwn, let reason = program.brokerReason {
            return .unreachable("\(reason), and \(ProcFileSystem.mismatch)")
        }
        if let scope = forbiddingScope, let reason = program.brokerReason { return .noBroker(reason, scope: scope) }
        return nil
    }
}
