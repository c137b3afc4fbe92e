// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Why a port could not be bound, with hints.
struct BindError {
    /// The address of the socket.
    let address: SocketAddress
    /// The protocol of the port.
    let transport: TransportProtocol
    /// The error of bind(2).
    let error: Errno

    /// The message and its hints. If called as `netcat`, the message is that of GNU netcat, with the reason added.
    func netcatError(_ console: Console) -> NetcatError {
        let hints = isPrivileged ? hints(console) : []
        guard console.program == "netcat" else {
            return NetcatError("bind to \(address.host) port \(address.port): \(error.message)", hints: hints)
        }
        // In GNU netcat, the number is the step that failed; 3 is bind(2).
        return NetcatError(
            nil,
            plain: "Error: Couldn't setup listening socket (err=-3): \(error.message)",
            hints: hints
        )
    }

    /// Whether the port is privileged.
    private var isPrivileged: Bool {
        guard error == .permissionDenied || error == .notPermitted else { return false }
        return UInt32(address.port.rawValue) < PortThreshold.currentOrStandard
    }

    private func hints(_ console: Console) -> [Message] {
        let user = Accounts.name(of: CurrentProcess.realUser) ?? CurrentProcess.realUser.byteString
        let port = address.port.byteString
        var ways: [Message] = []
        // Leaves out a command that cannot be shown or typed because of a name in it, and what follows it.
        let again = [console.program, transport.listens ? "-l" : "-lu", "-p", port]
        func add(_ way: Message, _ command: ShellCommand?, then: [ByteString]) {
            guard let command else { return }
            ways.append("\(way)\(command)")
            if let then = ShellCommand(then + again) { ways.append("               then: \(then)") }
        }
        let program = ShellCommand.operand(CurrentProcess.executablePath ?? console.program)
        let file = "/etc/authbind/byport/" + port
        let capability: ByteString = "cap_net_bind_service+ep"
        let rule = ShellCommand(["sudo", "lowport", "grant", port, "--user", user])
        let touch = ShellCommand(["sudo", "install", "-D", "-o", user, "-m", "0500", "/dev/null", file])
        let setcap = ShellCommand(["sudo", "setcap", capability, program], alwaysQuoting: capability)
        add("  by rule:     ", rule, then: ["lowport", "run"])
        add("  by port:     ", touch, then: ["authbind"])
        add("  by program:  ", setcap, then: [])
        let what: Message = "port \(port) is privileged; to let the user \(user) listen on it"
        return ways.isEmpty ? [what + ", see lowport(8)"] : [what + ", do one of these:"] + ways
    }
}
