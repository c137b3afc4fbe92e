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

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard let unit = context.unit else { return [] }
        let notes = unit.settings.notes + privileges(unit) + namespaces(unit) + programs(unit, context)
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
    struct Obstacle {
        var text: ByteString
        var lift: ByteString?
    }

    /// The settings that keep the program from binding, whatever privilege it has.
    func obstacles(_ context: BindContext, _ unit: ServiceUnit) -> [Obstacle] {
        if unit.command?.isPrivileged == true { return start(unit) }
        return start(unit) + filters(context.request, unit) + files(context, unit)
    }

    private func start(_ unit: ServiceUnit) -> [Obstacle] {
        guard case .ambient = unit.start.way, unit.user != nil, let setting = unit.command?.setting else { return [] }
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
        if let setting = unit.refusal(ofBind: isIPv4 ? "ipv4" : "ipv6", request.transport, request.port) {
            let protocolName: ByteString = request.transport.isWord ? request.transport.name + ":" : ""
            let lift: ByteString = "SocketBindAllow=\(protocolName)\(request.port)"
            obstacles.append(Obstacle(text: "\(setting.text) refuses to bind the port", lift: lift))
        }
        return obstacles
    }

    private func files(_ context: BindContext, _ unit: ServiceUnit) -> [Obstacle] {
        let program = context.program.map { $0.scripts + [$0.path] } ?? []
        return (program + (unit.isUnderLowport ? parts : [])).flatMap { path -> [Obstacle] in
            if let setting = unit.refusal(toSee: path) {
                let lift: ByteString? = setting == unit.protectedHome ? "ProtectHome=read-only" : nil
                return [Obstacle(text: "\(setting.text) hides \(path)", lift: lift)]
            }
            guard let setting = unit.refusal(toExecute: path) else { return [] }
            return [Obstacle(text: "\(setting.text) keeps it from executing \(path)", lift: "ExecPaths=\(path)")]
        }
    }

    // MARK: - What is only said

    private func privileges(_ unit: ServiceUnit) -> [ByteString] {
        if unit.command?.isPrivileged == true {
            return ["\(unit.command?.setting.text ?? ""): started as root, without the restrictions of the unit"]
        }
        let limits = unit.noNewPrivileges.map { setting in
            setting.name == "NoNewPrivileges"
                ? setting.text
                : "\(setting.text) implies NoNewPrivileges=yes" + (setting == unit.dynamicUser ? "" : why)
        }
        let sets: [(ByteString, Bool)] = [
            ("CapabilityBoundingSet", !unit.bounding.contains(.netBindService)),
            ("AmbientCapabilities", unit.ambient.contains(.netBindService)),
        ]
        return limits + sets.compactMap { name, matters in matters ? unit.settings.history(name).last?.text : nil }
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
        if context.requester.isTransient, let setting = unit.dynamicUser {
            notes.append("\(setting.text): the user exists only while the service runs, and rules cannot name it")
        }
        if let setting = unit.foreignRoot {
            notes.append("\(setting.text) gives it other files than those that were examined")
        }
        return notes
    }
}

extension UnitExaminer {
    init(lookingAt context: BindContext) {
        guard context.unit != nil else { return }
        parts = ["lowport-run", "lowport-helper"].compactMap { Installation.path(of: $0) }
    }
}

extension ServiceUnit {
    /// Whether the program is started by a command of Lowport that brings it the permission of the policy.
    var isUnderLowport: Bool { if case .lowport = start.way { true } else { false } }

    /// The socket for `request` that systemd passes on to the service; nil if there is none.
    func socket(for request: BindRequest) -> UnitSocket? {
        sockets.first {
            $0.transport == request.transport && $0.port == request.port && $0.serves(request.address)
        }
    }
}
