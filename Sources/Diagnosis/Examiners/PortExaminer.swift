// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// Whether another socket has the port.
struct PortExaminer: Examiner {
    static let role = Role.circumstance

    /// The holders of the port.
    var holders: [PortHolder] = []

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        holders.map { holder in
            isProcessItself(holder, context)
                ? Finding(.port, .informs, "the process itself has it already, on \(holder.socket.local)")
                : Finding(.port, .blocks, "the port is taken on \(holder.socket.local) by \(name(of: holder))")
        }
    }

    private func isProcessItself(_ holder: PortHolder, _ context: BindContext) -> Bool {
        guard let identifier = context.process.identifier else { return false }
        return holder.processes.contains { $0.identifier == identifier }
    }

    private func name(of holder: PortHolder) -> ByteString {
        if holder.processes.isEmpty {
            return "a process of \(Accounts.name(of: holder.socket.owner) ?? "uid \(holder.socket.owner)")"
        }
        return ByteString(joining: holder.processes.map { "process \($0.identifier) (\($0.name))" }, with: ", ")
    }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard let holder = holders.first(where: { !isProcessItself($0, context) }) else { return [] }
        let request = context.request
        if let process = holder.processes.first {
            let starter: [ByteString] = holder.socket.owner == request.user ? [] : ["sudo"]
            return [
                Remedy(
                    .unblock,
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
                .unblock,
                list.map { ("sudo kill" as ShellCommand).applied(toOutputOf: $0) },
                "ends the process that has the port; what stands in the brackets names it"
            )
        ]
    }
}

extension PortExaminer {
    init(lookingAt context: BindContext) { holders = PortHolder.all(context) }
}
