// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLinux
internal import LowportPolicy
internal import LowportRunCommand

extension BindTrial {
    /// Tries the bind of `request` as its user, with the limits of this process; nil if this process cannot become that
    /// user, or if there is no lowport-run.
    static func of(_ request: BindRequest) -> BindTrial? {
        // Without an address, the socket takes both families.
        let address = request.isDualStack ? nil : request.address
        let socket = SocketRequest(request.transport, address, request.port)
        guard request.transport.isWord,
            case .success(let line) = probe(request.user, ["--bind", socket.byteString])
        else { return nil }
        return BindTrial(line)
    }
}
