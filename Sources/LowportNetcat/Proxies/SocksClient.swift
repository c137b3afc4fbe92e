// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Requests a connection from a SOCKS proxy (SOCKS 4, 4a; RFC 1928, RFC 1929).
struct SocksClient {
    private let exchange: ByteExchange
    private let credentials: Credentials?

    /// Creates a client that uses `exchange`.
    init(_ exchange: ByteExchange, _ credentials: Credentials?) {
        self.exchange = exchange
        self.credentials = credentials
    }

    /// Requests an IPv4 address with version 4.
    func connectByVersion4(_ address: IPv4Address, _ port: Port) throws(NetcatError) {
        try exchange.send([4, 1] + bytes(of: port) + bytes(of: address) + (credentials?.user.bytes ?? []) + [0])
        try receiveVersion4()
    }

    /// Requests a name with version 4a.
    func connectByVersion4a(_ host: ByteString, _ port: Port) throws(NetcatError) {
        let user = (credentials?.user.bytes ?? []) + [0]
        try exchange.send([4, 1] + bytes(of: port) + [0, 0, 0, 1] + user + host.bytes + [0])
        try receiveVersion4()
    }

    private func receiveVersion4() throws(NetcatError) {
        let answer = try exchange.receive(8, told: 8)
        switch answer[1] {
        case 90: break
        case 91: throw socksError(4, "Request rejected or failed")
        case 92: throw socksError(4, "SOCKS server cannot connect to identd on the client")
        case 93: throw socksError(4, "Client program and identd report different user-ids")
        default: throw socksError(4, "Unknown error", after: answer)
        }
    }

    /// Requests an address, or a name that the proxy looks up, with version 5.
    func connectByVersion5(_ host: ByteString, _ port: Port) throws(NetcatError) {
        // Method 0 is no authentication, 2 is user and password.
        try exchange.send(credentials == nil ? [5, 1, 0] : [5, 2, 0, 2])
        let method = try exchange.receive(2, told: 3)
        guard method[0] == 5 else { throw socksError(5, "unexpected answer", after: method) }
        switch method[1] {
        case 0: break
        case 2 where credentials != nil: try authenticate()
        default: throw NetcatError("authentication method negotiation failed")
        }
        try exchange.send([5, 1, 0] + target(host) + bytes(of: port))
        let answer = try exchange.receive(4, told: 4)
        if answer[1] != 0 { throw socksError(5, SocksClient.reason(answer[1])) }
        try skipAddress(answer[3])
    }

    private func authenticate() throws(NetcatError) {
        guard let credentials, credentials.user.count < 256, credentials.password.count < 256 else {
            throw socksError(5, "user or password too long")
        }
        let (user, password) = (credentials.user.bytes, credentials.password.bytes)
        try exchange.send([1, UInt8(user.count)] + user + [UInt8(password.count)] + password)
        if try exchange.receive(2)[1] != 0 { throw socksError(5, "authentication failed") }
    }

    private func target(_ host: ByteString) throws(NetcatError) -> [UInt8] {
        switch IPAddress(host) {
        case .v4(let address): return [1] + bytes(of: address)
        case .v6(let address): return [4] + address.networkBytes
        case nil:
            if host.count > 255 { throw NetcatError("host name too long for SOCKS5") }
            return [3, UInt8(host.count)] + host.bytes
        }
    }

    private func skipAddress(_ kind: UInt8) throws(NetcatError) {
        switch kind {
        case 1: _ = try exchange.receive(4 + 2, told: 6)
        case 3: _ = try exchange.receive(Int(try exchange.receive(1)[0]) + 2)
        case 4: _ = try exchange.receive(16 + 2, told: 18)
        default: throw NetcatError("connection failed, unsupported address type")
        }
    }

    private static func reason(_ code: UInt8) -> ByteString {
        switch code {
        case 1: "General SOCKS server failure"
        case 2: "Connection not allowed by ruleset"
        case 3: "Network unreachable"
        case 4: "Host unreachable"
        case 5: "Connection refused"
        case 6: "TTL expired"
        case 7: "Command not supported"
        case 8: "Address type not supported"
        default: "Unknown error"
        }
    }

    /// The error for an answer; one that begins like that of an HTTP server comes with a hint.
    private func socksError(_ version: Int, _ reason: ByteString, after answer: [UInt8] = []) -> NetcatError {
        let isHTTP = answer.starts(with: [UInt8(ascii: "H"), UInt8(ascii: "T")])
        return NetcatError(
            "connection failed, SOCKSv\(version) error: \(reason)",
            hints: isHTTP ? ["the proxy speaks HTTP: -X connect"] : []
        )
    }

    private func bytes(of port: Port) -> [UInt8] { [UInt8(port.rawValue >> 8), UInt8(port.rawValue & 255)] }

    private func bytes(of address: IPv4Address) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: address.rawValue >> $0) }
    }
}
