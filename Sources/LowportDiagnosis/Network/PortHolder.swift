// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// A holder of the port: a socket and its processes.
package struct PortHolder: Hashable, Sendable {
    /// The socket.
    package var socket: BoundSocket
    /// The processes that have the socket open, as far as the calling user may see them.
    package var processes: [RunningProcess] = []
}

extension PortHolder {
    /// The holders of the port of a request, in the network namespace of the process.
    static func all(_ context: BindContext) -> [PortHolder] {
        let request = context.request
        let ipv6Only = context.inItsNetwork { (try? SocketList.ipv6Only(request.transport)) ?? [] } ?? []
        return all(request.transport, in: context.process.directory, ipv6Only) {
            $0.occupies(request.address, request.port, isDualStack: request.isDualStack)
        }
    }

    /// The holders of a port, in the network namespace of this process.
    /// - Parameter isDualStack: whether a socket for `::` would take IPv4 as well.
    package static func all(
        _ transport: TransportProtocol,
        _ address: IPAddress,
        _ port: Port,
        isDualStack: Bool
    ) -> [PortHolder] {
        // The main thread may have left the network that this thread is in.
        all(transport, in: "thread-self", (try? SocketList.ipv6Only(transport)) ?? []) {
            $0.occupies(address, port, isDualStack: isDualStack)
        }
    }

    private static func all(
        _ transport: TransportProtocol,
        in process: ByteString,
        _ ipv6Only: [UInt64],
        _ isHolder: (BoundSocket) -> Bool
    ) -> [PortHolder] {
        BoundSocket.table(of: process, transport)
            .map { socket in
                var socket = socket
                socket.isIPv6Only = ipv6Only.contains(socket.inode)
                return socket
            }
            .filter(isHolder)
            .map { PortHolder(socket: $0, processes: RunningProcess.owning(socket: $0.inode)) }
    }

    /// The name of the processes or, if this process may not see them, of their user.
    package var name: ByteString {
        if processes.isEmpty { return "a process of \(Accounts.name(of: socket.owner) ?? "uid \(socket.owner)")" }
        return ByteString(joining: processes.map { "process \($0.identifier) (\($0.name))" }, with: ", ")
    }

    /// How to find out what to stop, as a sentence.
    package var advice: ByteString {
        let other: ByteString = "or use another port"
        if let process = processes.first {
            switch process.service {
            case .service(let service):
                guard let status = ShellCommand(["systemctl", "status", service]) else { break }
                return "\(status.text) shows the service of \(process.name): stop that service, \(other)"
            case .other: return "stop \(process.name), which is of no service of the system, \(other)"
            case .unknown: break
            }
            let status: ByteString = "systemctl status \(process.identifier) names the service of \(process.name)"
            return "\(status), if it is of one: stop that, or the process, \(other)"
        }
        let end: ByteString = "stop that service, or that program, \(other)"
        let sockets: ByteString = "-Hln\(socket.transport.listens ? "t" : "u")p"
        let list = ShellCommand(["sudo", "ss", sockets, "sport = :\(socket.local.port)"])
        return
            "\(list?.text ?? "") names the process that has the port, and systemctl status PID its service: \(end)"
    }
}
