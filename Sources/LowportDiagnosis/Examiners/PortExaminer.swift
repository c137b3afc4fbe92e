// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

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
        let end: ByteString = "stop that service, or that program, or use another port"
        if let process = holder.processes.first {
            let status = ShellCommand(["systemctl", "status", "\(process.identifier)"])
            return [Remedy(.unblock, advice: "\(status?.text ?? "") says which service \(process.name) is of: \(end)")]
        }
        let request = context.request
        let sockets: ByteString = "-Hln\(request.transport.listens ? "t" : "u")p"
        let list = ShellCommand(["sudo", "ss", sockets, "sport = :\(request.port)"])
        return [
            Remedy(
                .unblock,
                advice:
                    "\(list?.text ?? "") names the process that has the port, and systemctl status PID its service: \(end)"
            )
        ]
    }
}

extension PortExaminer {
    init(lookingAt context: BindContext) { holders = PortHolder.all(context) }
}
