// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

extension DeliveryExaminer {
    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        // A unit is edited instead: `UnitRemedies`, but for the helper's own file.
        if context.unit != nil {
            guard let fileObstacle, !findings.hasWay, !findings.allows(.kernel) else { return [] }
            return remedies(context, for: fileObstacle).filter { $0.command != Self.enable }.map {
                $0.moved(to: .repair)
            }
        }
        if findings.hasWay || findings.allows(.kernel) { return [] }
        // The kernel engine will know the rule that is missing, and nothing has to be started in another way.
        if case .holds = context.kernel, !context.policy.decision.isAllowed { return [] }
        // Confined processes already have the kernel engine, and only a start elsewhere leads out of a sandbox.
        if findings.isBlocked(by: .confinement, .boundingSet, .seccomp, .landlock, .controlGroup, .trial, .port) {
            return []
        }
        // Without its file capabilities, which `ProgramExaminer` has taken, it is a program like any other.
        if context.program?.isWithoutLibraries(startedBy: context.process.credentials) == true {
            let run = Remedy(.deliver, context.run(), "runs it under Lowport")
            // Under the broker, what is not effective is not gained, and so the loader looks as for any other program.
            var starter = context.process.credentials
            starter.hasNoNewPrivileges = true
            return [run] + (context.program?.started(by: starter).isSecure == false ? withoutPrivileges(context) : [])
        }
        switch obstacle(context) {
        case nil:
            if context.process.isRunning || context.process.asksHelper { return [] }
            let options: [ByteString] =
                context.program?.needsBrokerByName(startedBy: context.process.credentials) == true
                ? ["--via", "broker"] : []
            return [Remedy(.deliver, context.run(options), "runs it under Lowport")]
        case .helper(let obstacle): return remedies(context, for: obstacle)
        case .notStartedSo: return []
        case .notStarted, .libraryInVain:
            let options: [ByteString] = context.program?.brokerReason == nil ? [] : ["--via", "broker"]
            let start = Remedy(.deliver, context.run(options), "restarts it under Lowport")
            return [start] + enabling(context)
        case .noBroker(_, let failure): return remedies(context, for: failure)
        case .unreachable:
            return enabling(context) + capability(context) + withoutPrivileges(context)
        }
    }

    private func remedies(_ context: BindContext, for obstacle: HelperObstacle) -> [Remedy] {
        switch obstacle {
        case .foreignNetwork, .userNamespace, .unmappedUser:
            [Remedy(.deliver, context.run(), elsewhere: "outside of this user namespace")] + enabling(context)
        case .noNewPrivileges, .boundingSet:
            enabling(context) + ambient(context)
        case .missing:
            [Remedy(.deliver, "sudo make install", "puts the helper in place with its privilege")] + enabling(context)
        case .noPrivilege:
            [
                Remedy(
                    .deliver,
                    ShellCommand(["sudo", "setcap"] + helpers(context).flatMap { [HelperPrivilege.text, $0] }),
                    "gives the helper its capabilities again"
                )
            ] + enabling(context)
        case .notStarted(.permissionDenied):
            [
                Remedy(
                    .deliver,
                    ShellCommand(["sudo", "chmod", "755"] + helpers(context)),
                    "lets everybody start the helper again"
                )
            ] + enabling(context)
        case .noSetUserID, .notStarted, .ends, .traced, .unexplained: enabling(context)
        }
    }

    /// The helper, and the one for names that are in no file, if there is one.
    private func helpers(_ context: BindContext) -> [ByteString] {
        ["lowport-helper", "lowport-helper-nss"].compactMap { context.process.part($0) }
    }

    private func remedies(_ context: BindContext, for failure: Broker.StartError) -> [Remedy] {
        switch failure {
        case .helper(let obstacle): return remedies(context, for: obstacle)
        case .yama(let scope):
            guard Yama.canBeChanged(scope: scope) else { return enabling(context) }
            let lift = Remedy(
                .deliver,
                "sudo sysctl kernel.yama.ptrace_scope=1",
                "lets the broker look into the program"
            )
            return [lift] + enabling(context)
        case .foreignProc:
            return enabling(context)
                + [Remedy(.deliver, "sudo mount -t proc proc /proc", "lets the broker find the program")]
        case .forbidden:
            return [
                Remedy(
                    .deliver,
                    advice: "in a container that is started with --cap-add SYS_PTRACE, the broker reaches the program"
                )
            ] + enabling(context)
        case .nested, .killed, .failure: return enabling(context) + capability(context)
        }
    }

    private static let enable: ShellCommand = "sudo lowport enforce enable"

    /// With the kernel engine the kernel decides by itself, and nothing has to be started in another way.
    private func enabling(_ context: BindContext) -> [Remedy] {
        guard context.kernel == .off else { return [] }
        return [
            Remedy(
                .deliver,
                Self.enable,
                "has the kernel itself let every process bind what the policy allows it"
            )
        ]
    }

    /// A process that can gain no privilege must be started with the capability.
    private func ambient(_ context: BindContext) -> [Remedy] {
        let (user, groups) = (context.request.user, context.request.groups)
        let outside = ProcessCredentials(user: user, groups: groups, ambient: [.netBindService])
        // A user without a name cannot be named; and what has file capabilities, even none, loses ambient ones.
        guard context.requester.name != nil, ExecutedCredentials(of: context.program, startedBy: outside).canBind
        else { return [] }
        return [
            Remedy(
                .deliver,
                context.ambientStart,
                "starts it from outside with the capability, for every low port; in a unit of systemd, "
                    + "AmbientCapabilities=CAP_NET_BIND_SERVICE does it"
            )
        ]
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
        if case .fails = trial { return [] }
        // Those of root gain, since the broker can do without no_new_privs.
        if context.request.user == .root { return [] }
        // A program that loses an ambient capability is no longer the one that the broker was started by.
        guard let program = context.program, program.image != .unknown, context.process.credentials.ambient.isEmpty
        else { return [] }
        return [
            Remedy(
                .deliver,
                context.run(["--via", "broker"]),
                "runs it under Lowport, and without what its file would give it"
            )
        ]
    }
}
