// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

/// The settings of the unit of systemd that starts the program (systemd.exec(5), systemd.resource-control(5)).
struct UnitExaminer: Examiner {
    static let role = Role.way

    /// The parts of Lowport that the unit would start.
    var parts: [ByteString] = []
    /// The loader and the libraries of the program and of these parts.
    var libraries = ProgramLibraries()
    /// Whether its user may not search the directory that the program is to be started in.
    var isWorkingDirectoryClosed = false

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard let unit = context.unit else { return [] }
        let notes =
            unit.settings.notes + ignored(context.request, unit) + privileges(unit) + namespaces(unit)
            + programs(unit, context)
            + idleSocket(unit, context) + unknownFiles(unit, context)
        let informing = notes.map { Finding(.unit, .informs, $0) }
        if let socket = unit.socket(for: context.request) {
            let text: ByteString =
                "\(socket.setting.text): systemd binds it and passes it on, to a program that takes it (sd_listen_fds(3))"
            let reason: ByteString = "\(socket.unit.text) passes it on, to a program that takes it"
            return [Finding(.unit, .allows, text, reason: .init(.decisive, reason))] + informing
        }
        return obstacles(context, unit).map { Finding(.unit, .blocks, $0.text) } + informing
    }

    // MARK: - What blocks the bind

    /// A setting that keeps the program from binding, and the line of a drop-in that lifts it, if there is one.
    struct Obstacle: Hashable {
        var text: ByteString
        var lift: ByteString?
    }

    /// The settings that keep the program from binding, whatever privilege it has.
    func obstacles(_ context: BindContext, _ unit: ServiceUnit) -> [Obstacle] {
        let always = start(unit) + missing(context, unit) + controlGroup(context.request, unit) + files(context, unit)
        return unit.command?.isUnrestricted == true ? always : always + filters(context.request, unit)
    }

    private func start(_ unit: ServiceUnit) -> [Obstacle] {
        guard case .ambient = unit.start.way, !unit.isOfRoot, let setting = unit.command?.setting else { return [] }
        return [Obstacle(text: "\(setting.place): --via ambient needs root, and the unit has another user")]
    }

    private func filters(_ request: BindRequest, _ unit: ServiceUnit) -> [Obstacle] {
        let isIPv4 = if case .v4 = request.address { true } else { false }
        var obstacles: [Obstacle] = []
        if let setting = unit.refusal(ofFamily: isIPv4 ? "AF_INET" : "AF_INET6") {
            obstacles.append(
                Obstacle(
                    text: "\(setting.text) refuses sockets of \(request.familyName)",
                    lift: "RestrictAddressFamilies=AF_INET AF_INET6"
                )
            )
        }
        let calls: [ByteString] = ["socket", "bind"]
        if let (call, setting) = calls.lazy.compactMap({ call in unit.refusal(ofCall: call).map { (call, $0) } }).first
        {
            let text: ByteString = "\(setting.text) refuses the system call \(call)"
            obstacles.append(Obstacle(text: text, lift: "SystemCallFilter=@network-io"))
        }
        return obstacles
    }

    /// What the filters of the control group refuse, which ask for no privilege.
    private func controlGroup(_ request: BindRequest, _ unit: ServiceUnit) -> [Obstacle] {
        guard let setting = unit.refusal(ofBind: request.unitFamily, request.transport, request.port) else { return [] }
        let protocolName: ByteString = request.transport.isWord ? request.transport.name + ":" : ""
        let lift: ByteString = "SocketBindAllow=\(protocolName)\(request.port)"
        return [Obstacle(text: "\(setting.text) refuses to bind the port", lift: lift)]
    }

    // MARK: - What is only said

    private func ignored(_ request: BindRequest, _ unit: ServiceUnit) -> [ByteString] {
        unit.ignoredDenial(ofBind: request.unitFamily, request.transport, request.port)
            .map { ["\($0.text) does not count: the systemd of this machine was built without BPF_FRAMEWORK"] } ?? []
    }

    private func privileges(_ unit: ServiceUnit) -> [ByteString] {
        let command = unit.command?.setting.text ?? ""
        if unit.command?.isUnrestricted == true {
            return ["\(command): started as root, without the restrictions of the unit but those of its control group"]
        }
        let root: [ByteString] =
            unit.command?.isOfRoot == true ? ["\(command): started as root, with the restrictions of the unit"] : []
        let limits = unit.noNewPrivileges.map { setting in
            setting.name == "NoNewPrivileges"
                ? setting.text
                : "\(setting.text) implies NoNewPrivileges=yes" + (setting == unit.dynamicUser ? "" : why)
        }
        let sets: [(ByteString, Bool)] = [
            ("CapabilityBoundingSet", !unit.bounding.contains(.netBindService)),
            ("AmbientCapabilities", unit.ambient.contains(.netBindService)),
        ]
        return root + limits
            + sets.compactMap { name, matters in matters ? unit.settings.history(name).last?.text : nil }
    }

    private var why: ByteString { ", as it does before systemd 255 for a user without CAP_SYS_ADMIN" }

    private func namespaces(_ unit: ServiceUnit) -> [ByteString] {
        let users = unit.userNamespace.map { ["\($0.text) gives it a user namespace" as ByteString] } ?? []
        switch unit.network {
        case .machine: return users
        case .own(let setting):
            return users + ["\(setting.text) gives it a network of its own: nobody outside reaches the port"]
        case .path(_, let setting): return users + ["\(setting.text) gives it another network"]
        }
    }

    private func programs(_ unit: ServiceUnit, _ context: BindContext) -> [ByteString] {
        var notes: [ByteString] = []
        if unit.commands.count > 1, let command = unit.command {
            notes.append("it has \(unit.commands.count) commands, of which this is about \(command.setting.text)")
        }
        if context.programName == nil, let word = unit.start.words.first {
            notes.append("what \(word) stands for is known when it starts; --program names the program")
        }
        if let starter = context.starter {
            notes.append("what \(starter) starts in its turn was not examined; --program names the program")
        }
        if context.requester.isTransient, let setting = unit.dynamicUser {
            notes.append("\(setting.text): the user exists only while the service runs, and rules cannot name it")
        }
        if let setting = unit.foreignRoot {
            notes.append("\(setting.text) gives it other files than those that were examined")
        }
        return notes
    }

    // MARK: - Socket units that nothing starts

    private func idleSocket(_ unit: ServiceUnit, _ context: BindContext) -> [ByteString] {
        guard unit.socket(for: context.request) == nil, let socket = unit.idleSocket(for: context.request) else {
            return []
        }
        return ["\(socket.setting.text): nothing starts \(socket.unit.text), so that it passes nothing on"]
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard let unit = context.unit else { return [] }
        let missing = remediesForMissing(unit)
        guard let socket = unit.idleSocket(for: context.request), socket.isInstallable else { return missing }
        return missing + [
            Remedy(
                .deliver,
                ShellCommand(["sudo", "systemctl", "enable", "--now", socket.unit.text]),
                "has systemd bind the port and pass it on, to a program that takes it (sd_listen_fds(3))"
            )
        ]
    }
}

extension UnitExaminer {
    init(lookingAt context: BindContext) {
        guard let unit = context.unit else { return }
        if unit.isUnderLowport { parts = ["lowport-run", "lowport-helper"].compactMap { Installation.path(of: $0) } }
        if let word = unit.command?.words.first, word.hasPrefix("/"), word != unit.start.words.first {
            parts.insert(word, at: 0)
        }
        if let place = unit.workingDirectory?.path {
            isWorkingDirectoryClosed =
                context.request.asRequester { accessError(.execute, to: place) == .permissionDenied } ?? false
        }
        if unit.limitsFiles { libraries = ProgramLibraries(of: (context.program.map { [$0.path] } ?? []) + parts) }
    }
}

extension ServiceUnit {
    /// Whether the program is started by a command of Lowport that brings it the permission of the policy.
    var isUnderLowport: Bool { if case .lowport = start.way { true } else { false } }

    /// The socket for `request` that systemd passes on to the service; nil if there is none.
    func socket(for request: BindRequest) -> UnitSocket? { sockets.first { $0.serves(request) } }

    /// The socket for `request` that systemd would pass on to the service if its unit were started; nil if there is
    /// none.
    func idleSocket(for request: BindRequest) -> UnitSocket? { idleSockets.first { $0.serves(request) } }
}

extension BindRequest {
    /// The word for the address family in `SocketBindDeny=`.
    fileprivate var unitFamily: ByteString { if case .v4 = address { "ipv4" } else { "ipv6" } }
}

extension UnitSocket {
    /// Whether a program with this socket has what `request` is about.
    fileprivate func serves(_ request: BindRequest) -> Bool {
        transport == request.transport && port == request.port
            && serves(request.address, isDualStack: request.isDualStack)
    }
}
