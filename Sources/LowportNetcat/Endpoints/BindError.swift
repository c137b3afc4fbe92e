// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

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
        let hints = isPrivileged ? BindHints(address: address, transport: transport).lines(for: console.command) : []
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
}
