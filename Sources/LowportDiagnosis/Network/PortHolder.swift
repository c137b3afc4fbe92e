// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// A holder of the port: a socket and its processes.
struct PortHolder: Hashable, Sendable {
    var socket: BoundSocket
    /// The processes that have the socket open, as far as the calling user may see them.
    var processes: [RunningProcess] = []
}

extension PortHolder {
    /// The holders of the port of a request, in the network namespace of the process.
    static func all(_ context: BindContext) -> [PortHolder] {
        let request = context.request
        let ipv6Only = context.inItsNetwork { (try? SocketList.ipv6Only(request.transport)) ?? [] } ?? []
        return BoundSocket.table(of: context.process.directory, request.transport)
            .map { socket in
                var socket = socket
                socket.isIPv6Only = ipv6Only.contains(socket.inode)
                return socket
            }
            .filter { $0.occupies(request.address, request.port, isDualStack: request.isDualStack) }
            .map { PortHolder(socket: $0, processes: RunningProcess.owning(socket: $0.inode)) }
    }
}
