// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Linux
internal import PortPolicy

/// Something to do about it, as it was found; there is no command if a name in it cannot be typed or seen.
struct Suggestion {
    let command: ShellCommand?
    let effect: ByteString

    init(_ command: ShellCommand?, _ effect: ByteString) {
        self.command = command
        self.effect = effect
    }

    /// What is said where there is no command.
    var withoutCommand: ByteString {
        "\(effect): no command is shown for that, since a name in it has characters that are not seen, or is not UTF-8"
    }
}

extension Situation {
    typealias Remedy = Suggestion

    /// The shortest ways to make it work, the safest first: what stands in the way, the permission, and how it gets there.
    var remedies: [Remedy] {
        var remedies = obstacleRemedies + reloadRemedy
        if confinementObstacle != nil { return remedies + permissionRemedies }
        if isPlain || hasCapability { return remedies }
        if !sandboxRemedies.isEmpty { return (decision.isAllowed ? [] : permissionRemedies) + remedies }
        if !decision.isAllowed { remedies += permissionRemedies }
        return remedies + reachRemedies
    }

    private var obstacleRemedies: [Remedy] {
        executionRemedies + sandboxRemedies + addressRemedies + occupantRemedies
    }

    private var executionRemedies: [Remedy] {
        guard surroundings.executionError == .permissionDenied, let program else { return [] }
        let path = program.scripts.first ?? program.path
        return [
            Remedy(
                ShellCommand(["sudo", "chmod", "a+x", ShellCommand.operand(path)]),
                "lets everybody start it" + program.warning
            )
        ]
    }

    private var sandboxRemedies: [Remedy] {
        guard
            surroundings.sandboxError == .permissionDenied
                || surroundings.sandboxError != nil && process.status.hasSeccompFilter
        else { return [] }
        return [
            Remedy(
                run(),
                "outside of this sandbox, which nothing can lift from a process that is in it"
            )
        ]
    }

    private var addressRemedies: [Remedy] {
        guard surroundings.sandboxError == nil, surroundings.addressError == .addressNotAvailable else { return [] }
        if surroundings.isIPv6Disabled {
            return [Remedy("sudo sysctl net.ipv6.conf.all.disable_ipv6=0", "switches IPv6 on")]
        }
        let (length, family): (ByteString, ByteString) =
            if case .v4 = request.address { ("32", "ipv4") } else { ("128", "ipv6") }
        return [
            Remedy(
                ShellCommand(["sudo", "ip", "address", "add", "\(request.address)/\(length)", "dev", "lo"]),
                "gives the address to this machine, until it starts again; \"ip address\" lists those that it has"
            ),
            Remedy(
                ShellCommand(["sudo", "sysctl", "net.\(family).ip_nonlocal_bind=1"]),
                "lets every program bind addresses that come to the machine later, or never"
            ),
        ]
    }

    private var occupantRemedies: [Remedy] {
        guard let holder = blockingOccupant else { return [] }
        if let process = holder.processes.first {
            let starter: [ByteString] = holder.socket.owner == request.user ? [] : ["sudo"]
            return [
                Remedy(
                    ShellCommand(starter + ["kill", "\(process.identifier)"]),
                    "ends \(process.name); if it belongs to a service, stop that instead"
                )
            ]
        }
        let sockets: ByteString = "-Hln\(request.transport.listens ? "t" : "u")p"
        let list = ShellCommand(["sudo", "ss", sockets, "sport = :\(request.port)"])?
            .piped(to: "grep -o 'pid=[0-9]*'").piped(to: "cut -d= -f2")
        return [
            Remedy(
                list.map { ("sudo kill" as ShellCommand).applied(toOutputOf: $0) },
                "ends the process that has the port; what stands in the brackets names it"
            )
        ]
    }

    private var blockingOccupant: Occupant? {
        guard case .running(let identifier, _, _) = process else { return occupants.first }
        return occupants.first { occupant in !occupant.processes.contains { $0.identifier == identifier } }
    }

    /// What is to be typed for the program.
    var typedProgram: [ByteString] {
        var name = programName ?? "PROGRAM"
        if case .running = process { name = program?.path ?? "PROGRAM" }
        if !name.hasPrefix("-") { return [name] }
        // One that is looked for along PATH has no other name.
        return name.bytes.contains(UInt8(ascii: "/")) ? [ShellCommand.operand(name)] : ["--", name]
    }

    /// What `lowport grant` is told of the protocol: nothing for the one that it means anyway.
    private var protocolOptions: [ByteString] {
        if request.transport == .tcp { return [] }
        return ["--protocol", request.transport.isWord ? request.transport.name : "any"]
    }

    private var subjectOptions: [ByteString] {
        // The policy knows the users of the machine, and not those of a user namespace.
        if let outer = surroundings.outerUser {
            return Accounts.name(of: outer).map(Self.option) ?? ["--uid", "\(outer)"]
        }
        return userName.map(Self.option) ?? ["--uid", "\(request.user)"]
    }

    private static func option(forUser name: ByteString) -> [ByteString] {
        name.hasPrefix("-") ? ["--user=\(name)"] : ["--user", name]
    }

    /// What gives exactly this permission.
    private var permissionRemedies: [Remedy] {
        var remedies: [Remedy] = []
        if let (path, access) = decision.forbiddenPath, access == .execute {
            remedies.append(
                Remedy(
                    ShellCommand(["sudo", "chmod", "a+x", path]),
                    "lets everybody bind it who is started with authbind or lowport run"
                )
            )
        }
        // In another user namespace the owners of the files are not to be seen.
        let dead = surroundings.outerUser == nil ? deadFiles : []
        for file in dead.filter({ $0.wouldAllow != false }) {
            guard let repair = file.repair else { continue }
            let warning: ByteString = file.isOpenToOthers ? "; read them first, for others could write them" : ""
            remedies.append(Remedy(repair, "makes the rules count that are there" + warning))
        }
        if dead.contains(where: { $0.wouldAllow == true }) { return remedies }
        let place: [ByteString] = request.address.isWildcard ? [] : ["--on", "\(request.address.unmapped)"]
        remedies.append(
            Remedy(
                ShellCommand(
                    ["sudo", "lowport", "grant", "\(request.port)"] + subjectOptions + protocolOptions + place
                ),
                "lets this user have this port, and nothing else"
            )
        )
        return remedies
    }
}
