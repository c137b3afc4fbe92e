// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Linux
internal import PortPolicy

extension Situation {
    typealias Remedy = Explanation.Remedy

    /// The shortest ways to make it work, the safest first.
    var remedies: [Remedy] {
        let blocking = obstacleRemedies
        if !blocking.isEmpty { return blocking }
        var remedies: [Remedy] = []
        if !decision.isAllowed { remedies += permissionRemedies }
        remedies += reachRemedies
        return remedies
    }

    private var obstacleRemedies: [Remedy] {
        if let holder = occupants.first {
            if let process = holder.processes.first {
                return [
                    Remedy(
                        command: "sudo kill \(process.identifier)",
                        effect: "ends \(process.name), or stop its service"
                    )
                ]
            }
            let letter: ByteString = request.transport == .udp ? "u" : "t"
            return [
                Remedy(
                    command: "sudo ss -ln\(letter)p sport = :\(request.port)",
                    effect: "names the process that has the port"
                )
            ]
        }
        if addressError == .addressNotAvailable {
            return [Remedy(command: "ip address", effect: "lists the addresses that this machine has")]
        }
        return []
    }

    private var subjectOptions: ByteString { userName.map { "--user \($0)" } ?? "--uid \(request.user)" }

    /// What gives exactly this permission.
    private var permissionRemedies: [Remedy] {
        var remedies: [Remedy] = []
        if let step = decision.authbind?.steps.last(where: { $0.refusal == .permissionDenied }),
            step.path.hasPrefix("byport") || step.path.hasPrefix("byaddr")
        {
            remedies.append(
                Remedy(
                    command: "sudo chmod a+x /etc/authbind/\(step.path)",
                    effect: "lets everybody bind it who is started with authbind or lowport run"
                )
            )
        }
        let transport: ByteString = request.transport == .udp ? " --protocol udp" : ""
        let place: ByteString = request.address.isWildcard ? "" : " --on \(request.address.unmapped)"
        remedies.append(
            Remedy(
                command: "sudo lowport grant \(request.port) \(subjectOptions)\(transport)\(place)",
                effect: "lets this user have this port, and nothing else"
            )
        )
        return remedies
    }

    /// What brings the permission to the program, or the capability if nothing else can.
    private var reachRemedies: [Remedy] {
        let name = programName ?? "PROGRAM"
        if case .running(_, _, false) = process {
            return [
                Remedy(
                    command: "lowport run \(program?.path ?? name)",
                    effect: "starts it again so that it asks the helper"
                )
            ]
        }
        if process.status.hasNoNewPrivileges || !process.status.bounding.contains(.netBindService) {
            return [
                Remedy(
                    command: "AmbientCapabilities=CAP_NET_BIND_SERVICE",
                    effect:
                        "in the [Service] section of its unit: for every low port; or, in a container, --cap-add NET_BIND_SERVICE"
                )
            ]
        }
        if !isHelperReady {
            return [Remedy(command: "sudo make install", effect: "puts the helper in place with its privilege")]
        }
        guard let program else {
            return [Remedy(command: "lowport run \(name)", effect: "starts it so that it asks the helper")]
        }
        guard program.reachDefect != nil else {
            return [Remedy(command: "lowport run \(name)", effect: "starts it so that it asks the helper")]
        }
        if program.isOnNosuidMount {
            return [
                Remedy(
                    command: "sudo install \(program.path) /usr/local/bin/",
                    effect: "puts it on a file system that is not mounted nosuid; then give it the capability there"
                )
            ]
        }
        return [
            Remedy(
                command: "sudo setcap cap_net_bind_service=ep \(program.path)",
                effect: "for every low port and every user, until the file is replaced by an upgrade"
            )
        ]
    }
}
