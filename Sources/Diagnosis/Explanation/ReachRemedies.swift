// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Launch
internal import Linux
internal import PortPolicy

extension Situation {
    /// What brings the permission to the program, or the capability if nothing else can.
    var reachRemedies: [Remedy] {
        guard reachDefect != nil else {
            if case .running = process { return [] }
            return [
                Remedy(
                    run(program?.needsBrokerByName == true ? ["--via", "broker"] : []),
                    "starts it so that it asks the helper"
                )
            ]
        }
        if !surroundings.doCapabilitiesCount {
            return [Remedy(run(), "outside of this user namespace")] + enabling
        }
        if process.status.hasNoNewPrivileges || !process.status.bounding.contains(.netBindService) {
            return enabling + [ambient]
        }
        if !isHelperReady {
            return [Remedy("sudo make install", "puts the helper in place with its privilege")]
        }
        if case .running = process {
            let options: [ByteString] = program?.brokerReason == nil ? [] : ["--via", "broker"]
            return [Remedy(run(options), "starts it again so that it asks the helper")] + enabling
        }
        if surroundings.brokerObstacle != nil, program?.reachDefect == nil {
            return [
                Remedy("sudo sysctl kernel.yama.ptrace_scope=1", "lets the broker look into the program")
            ] + enabling
        }
        return enabling + capability + withoutPrivileges
    }

    /// What starts the program by way of Lowport.
    func run(_ options: [ByteString] = []) -> ShellCommand? {
        ShellCommand(["lowport", "run"] + options + typedProgram)
    }

    /// The kernel asks nobody, and nothing has to be started in another way.
    private var enabling: [Remedy] {
        guard kernel == .off else { return [] }
        return [
            Remedy(
                "sudo lowport enforce enable",
                "has the kernel itself let every process bind what the policy allows it"
            )
        ]
    }

    /// What a process that can gain nothing has to be born with.
    private var ambient: Remedy {
        let user: ByteString = userName ?? "\(request.user)"
        return Remedy(
            ShellCommand(["sudo", "lowport", "run", "--via", "ambient", "--user", user] + typedProgram),
            "starts it from outside with the capability, for every low port; in a unit of systemd, "
                + "AmbientCapabilities=CAP_NET_BIND_SERVICE does it"
        )
    }

    /// Under the broker nothing is gained, and so a program that would gain something is reached as others are.
    private var withoutPrivileges: [Remedy] {
        guard surroundings.brokerObstacle == nil, let program, program.image != .unknown else { return [] }
        return [
            Remedy(
                run(["--via", "broker"]),
                "starts it so that it asks the helper, and without what its file would give it"
            )
        ]
    }

    private var capability: [Remedy] {
        guard let program, program.image != .unknown, !program.isOpenToOthers else { return [] }
        return [
            Remedy(
                ShellCommand(["sudo", "lowport", "grant", "--program", ShellCommand.operand(program.path)]),
                "for every low port and every user, until the file is replaced by an upgrade" + program.warning
            )
        ]
    }
}
