// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportHelperProtocol
package import LowportLinux

/// A socket to bind and pass to the program: `80`, `udp:53`, `192.0.2.1:80`, `tcp:[::1]:80`.
package struct SocketRequest {
    let transport: TransportProtocol
    /// The address; nil for all addresses of both families.
    let address: IPAddress?
    let port: Port

    /// The socket's name in LISTEN_FDNAMES: `tcp-80`.
    var name: ByteString { "\(transport.name)-\(port)" }

    /// Creates a request.
    /// - Parameter address: the address; nil for all addresses of both families.
    package init(_ transport: TransportProtocol, _ address: IPAddress?, _ port: Port) {
        self.transport = transport
        self.address = address
        self.port = port
    }

    /// Parses a request; nil if `text` is not a valid request.
    init?(_ text: ByteString) {
        var rest = text.bytes[...]
        var transport = TransportProtocol.tcp
        for named in TransportProtocol.words where rest.starts(with: ("\(named.name):" as ByteString).bytes) {
            transport = named
            rest = rest.dropFirst(named.name.count + 1)
            break
        }
        guard let colon = rest.lastIndex(of: UInt8(ascii: ":")) else {
            guard let port = Self.port(rest) else { return nil }
            (self.transport, address, self.port) = (transport, nil, port)
            return
        }
        var host = rest[..<colon]
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(ByteString(host)), let port = Self.port(rest[(colon + 1)...]) else { return nil }
        (self.transport, self.address, self.port) = (transport, address, port)
    }

    /// Tries to bind such a socket, and closes it.
    func trial(helper: ByteString?) -> BindTrial {
        BindTrial(transport, SocketAddress(address ?? .v6(.any), port), isDualStack: address == nil, helper: helper)
    }

    /// The request as `init` parses it: `tcp:[::1]:80`.
    package var byteString: ByteString {
        switch address {
        case nil: "\(transport.name):\(port)"
        case .v4(let v4)?: "\(transport.name):\(v4):\(port)"
        case .v6(let v6)?: "\(transport.name):[\(v6)]:\(port)"
        }
    }

    /// Creates the socket, binds it, with the helper if that takes privilege, and listens if the protocol does.
    func open(helper: ByteString) throws(Errno) -> FileDescriptor {
        let address = address ?? .v6(.any)
        let family: InternetFamily
        switch address {
        case .v4: family = .v4
        case .v6: family = .v6
        }
        let socket = try FileDescriptor.socket(family, transport)
        if transport.listens { try socket.setReuseAddress(true) }
        if family == .v6, !address.isMapped { try socket.setIPv6Only(self.address != nil) }
        try bind(socket, SocketAddress(address, port), helper)
        if transport.listens { try socket.listen() }
        return socket
    }

    private func bind(
        _ socket: borrowing FileDescriptor,
        _ address: SocketAddress,
        _ helper: ByteString
    ) throws(Errno) {
        do throws(Errno) {
            return try socket.bind(to: address)
        } catch {
            if error != .permissionDenied { throw error }
        }
        // The helper is the child of a child: whatever this process does about SIGCHLD, none is left to the program.
        let (thread, shared) = (CurrentProcess.identifier, socket.reference)
        let end = try Trial {
            var connection = HelperConnection(path: helper)
            defer { connection.stop() }
            do throws(Errno) {
                return try connection.bind(shared, to: address, thread: thread).error?.rawValue ?? 0
            } catch { return error.rawValue }
        }.end()
        guard case .exited(let status) = end else { throw .noSystemCall }
        if status != 0 { throw Errno(rawValue: status) }
    }

    private static func port(_ digits: ArraySlice<UInt8>) -> Port? {
        guard let number = Digits.number(digits, upTo: 65535), number > 0 else { return nil }
        return Port(rawValue: UInt16(number))
    }
}
