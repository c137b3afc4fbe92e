// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Why a port could not be bound, and what would help.
struct BindFailure {
    /// Where the socket was to be.
    let address: SocketAddress
    /// Whose port it is.
    let transport: TransportProtocol
    /// What the kernel said.
    let error: Errno

    /// What the user is told. Called as `netcat`, the words are those of GNU netcat, with the reason added.
    func failure(_ console: Console) -> Failure {
        let hints = isPrivileged ? hints(console) : []
        guard console.program == "netcat" else {
            return Failure("bind to \(address.host) port \(address.port): \(error.message)", hints: hints)
        }
        // The number is the step that failed there; 3 is bind(2).
        return Failure(
            nil,
            plain: "Error: Couldn't setup listening socket (err=-3): \(error.message)",
            hints: hints
        )
    }

    /// Whether the port is one of those for which permission is needed.
    private var isPrivileged: Bool {
        guard error == .permissionDenied || error == .notPermitted else { return false }
        return UInt32(address.port.rawValue) < PortThreshold.currentOrStandard
    }

    private func hints(_ console: Console) -> [Message] {
        let user = Accounts.name(of: CurrentProcess.realUser) ?? CurrentProcess.realUser.byteString
        let port = address.port.byteString
        var ways: [Message] = []
        // What a name cannot be seen or typed in is left out, with what belongs to it.
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
