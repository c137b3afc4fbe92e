// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLinux
internal import LowportPolicy
internal import LowportRunCommand

extension BindTrial {
    /// Tries the bind of `request` as its user, with the limits of this process; nil if this process cannot become that
    /// user, if there is no lowport-run, and for an address that is valid on one interface only.
    static func of(_ request: BindRequest) -> BindTrial? {
        // The interface of such an address is not known.
        if case .v6(let address) = request.address, address.needsInterface { return nil }
        // Without an address, the socket takes both families.
        let address = request.isDualStack ? nil : request.address
        let socket = SocketRequest(request.transport, address, request.port)
        guard request.transport.isWord,
            case .success(let line) = probe(request.user, ["--bind", socket.byteString])
        else { return nil }
        return BindTrial(line)
    }
}
