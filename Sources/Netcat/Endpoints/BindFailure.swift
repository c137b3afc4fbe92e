// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

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
        let limit = PrivilegedPorts.limit
        return address.port.rawValue < limit
    }

    private func hints(_ console: Console) -> [ByteString] {
        let user = Accounts.name(of: CurrentProcess.realUser) ?? CurrentProcess.realUser.byteString
        let program = CurrentProcess.executablePath ?? console.program
        let port = address.port
        let command = console.program
        let again: ByteString = transport == .udp ? "\(command) -lu -p \(port)" : "\(command) -l -p \(port)"
        return [
            "port \(port) is privileged; to let the user \(user) listen on it, do one of these:",
            "  by rule:     sudo lowport grant \(port) --user \(user)",
            "               then: lowport run \(again)",
            "  by port:     sudo install -D -o \(user) -m 0500 /dev/null /etc/authbind/byport/\(port)",
            "               then: authbind \(again)",
            "  by program:  sudo setcap 'cap_net_bind_service+ep' \(quoted(program))",
            "               then: \(again)",
        ]
    }

    /// The path as a shell takes it.
    private func quoted(_ path: ByteString) -> ByteString {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let isPlain = path.bytes.allSatisfy { byte in
            // The range is `-`, `.`, `/` and the digits; 0x20 makes a small letter of a capital.
            letters.contains(byte | 0x20) && byte >= 0x40 || (0x2D...0x39).contains(byte) || byte == UInt8(ascii: "_")
        }
        if isPlain { return path }
        var result = "'" as ByteString
        for byte in path.bytes {
            if byte == UInt8(ascii: "'") { result += "'\\''" } else { result.bytes.append(byte) }
        }
        return result + "'"
    }
}

/// The ports that need permission.
enum PrivilegedPorts {
    /// The first port that anybody may bind (ip(7)).
    static var limit: Int {
        guard let file = try? FileDescriptor.open("/proc/sys/net/ipv4/ip_unprivileged_port_start", .readOnly),
            let text = try? file.read(upTo: 32)
        else { return 1024 }
        return (try? OptionValue.number(ByteString(text.filter { $0 != 0x0A }), in: 0...65536)) ?? 1024
    }
}
