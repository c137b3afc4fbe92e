// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// What stands in the way even with permission.
extension Situation {
    var obstacles: [Finding] {
        [executionObstacle, sandboxObstacle, confinementObstacle, addressObstacle].compactMap(\.self)
            + occupants.map(finding)
    }

    private var executionObstacle: Finding? {
        guard let error = surroundings.executionError, let program else { return nil }
        let path = program.scripts.first ?? program.path
        return Finding("program", .blocks, "\(path) may not be executed by \(user): \(error.sentence)")
    }

    private var sandboxObstacle: Finding? {
        switch surroundings.sandboxError {
        case nil: nil
        case .some(.permissionDenied):
            Finding(
                "landlock",
                .blocks,
                "Landlock, or another security module, keeps this process from binding \(transportName) \(request.port)"
            )
        case .some(let error) where process.status.hasSeccompFilter:
            Finding("seccomp", .blocks, "a filter of system calls refuses bind: \(error.sentence)")
        case .some(let error):
            Finding(
                "control group",
                .informs,
                "a program in the kernel, of the control group, refuses some binds of the port: \(error.sentence)"
            )
        }
    }

    private var addressObstacle: Finding? {
        // A sandbox keeps every bind away, so that nothing is known of the address.
        if surroundings.sandboxError != nil { return nil }
        switch surroundings.addressError {
        case nil: return nil
        case .some where surroundings.isIPv6Disabled:
            return Finding("address", .blocks, "IPv6 is switched off on this machine (net.ipv6.conf.all.disable_ipv6)")
        case .some(.addressNotAvailable):
            return Finding("address", .blocks, "\(request.address) is not an address of this machine")
        case .some(.addressFamilyNotSupported):
            return Finding("address", .blocks, "this machine has no IPv6")
        case .some(.invalidArgument):
            // Link-local addresses need an interface, which only the program knows.
            return Finding("address", .informs, "\(request.address) can be bound with the number of an interface alone")
        case .some(let error):
            return Finding("address", .blocks, "\(request.address) cannot be bound at any port: \(error.sentence)")
        }
    }

    private func finding(_ occupant: Occupant) -> Finding {
        if case .running(let identifier, _, _) = process,
            occupant.processes.contains(where: { $0.identifier == identifier })
        {
            return Finding("port", .informs, "the process itself has it already, on \(occupant.socket.local)")
        }
        var holders = ByteString()
        for process in occupant.processes {
            holders += holders.isEmpty ? "" : ", "
            holders += "process \(process.identifier) (\(process.name))"
        }
        let owner = Accounts.name(of: occupant.socket.owner) ?? "uid \(occupant.socket.owner)"
        let by = holders.isEmpty ? "a process of \(owner)" : holders
        return Finding("port", .blocks, "the port is taken on \(occupant.socket.local) by \(by)")
    }
}
