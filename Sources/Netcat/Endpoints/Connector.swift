// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Makes connections to a host: each of its addresses is tried, and what came of it is told.
struct Connector {
    private let host: ByteString
    private let options: EndpointOptions
    private let console: Console
    private let addresses: [SocketAddress]
    private let sources: [SocketAddress]

    /// Looks `host` up.
    /// - Parameter port: the first port that will be asked for, for the message when there is no such host.
    init(to host: ByteString, _ options: EndpointOptions, _ console: Console, port: Port) throws(Failure) {
        self.host = host
        self.options = options
        self.console = console
        do throws(LookupError) {
            addresses = try NameLookup.addresses(
                of: host,
                service: port.byteString,
                family: options.family,
                transport: options.transport,
                numeric: console.isNumeric
            )
        } catch {
            throw Failure("getaddrinfo for host \"\(host)\" port \(port): \(error.message)")
        }
        sources = try Connector.sources(options, console)
    }

    /// The addresses that `-s` and `-p` name.
    private static func sources(_ options: EndpointOptions, _ console: Console) throws(Failure) -> [SocketAddress] {
        if options.sourceAddress == nil && options.sourcePort == nil { return [] }
        do throws(LookupError) {
            return try NameLookup.addresses(
                of: options.sourceAddress,
                service: options.sourcePort ?? "0",
                family: options.family,
                transport: options.transport,
                numeric: console.isNumeric
            )
        } catch {
            throw Failure("getaddrinfo: \(error.message)")
        }
    }

    /// Connects to `port`. Gives nil when no address answers, which has been told then.
    func connect(to port: Port) throws(Failure) -> Connection? {
        for candidate in addresses {
            var address = candidate
            address.port = port
            guard let socket = try socket(for: address) else { continue }
            do throws(Errno) {
                try begin(socket.reference, address)
            } catch {
                tell(address, error)
                continue
            }
            return Connection(socket: socket, address: address)
        }
        return nil
    }

    /// A socket for `address`, bound to the source that is wanted. Nil when the source is of the other family.
    private func socket(for address: SocketAddress) throws(Failure) -> FileDescriptor? {
        var reason = Errno.addressNotAvailable
        do throws(Errno) {
            let socket = try FileDescriptor.socket(address.address.family, options.transport)
            try socket.setNonBlocking(true)
            if sources.isEmpty { return socket }
            try socket.setReuseAddress(true)
            for source in sources where source.address.family == address.address.family {
                do throws(Errno) {
                    try socket.bind(to: source)
                    return socket
                } catch {
                    reason = error
                }
            }
        } catch {
            tell(address, error)
            return nil
        }
        throw Failure("bind failed: \(reason.message)")
    }

    private func begin(_ socket: InheritedDescriptor, _ address: SocketAddress) throws(Errno) {
        let deadline = options.timeout.map { Instant.now + $0 }
        do throws(Errno) {
            try socket.connect(to: address)
        } catch {
            guard error == .inProgress else { throw error }
            try socket.finishConnecting(until: deadline)
        }
    }

    private func tell(_ address: SocketAddress, _ error: Errno) {
        guard console.isVerbose else { return }
        let how: ByteString = error == .timedOut ? "timed out" : "failed"
        let transport: ByteString = options.usesDatagrams ? "udp" : "tcp"
        console.complain(
            "connect to \(described(address)) port \(address.port) (\(transport)) \(how): \(error.message)"
        )
    }

    /// Tells that `connection` was made.
    func tellSuccess(_ connection: borrowing Connection) {
        guard console.isVerbose else { return }
        let transport: ByteString = options.usesDatagrams ? "udp" : "tcp"
        let port = connection.address.port
        let service = console.isNumeric ? nil : NameLookup.service(at: port, options.transport)
        let what = "[\(transport)/\(service ?? "*")]" as ByteString
        console.say("Connection to \(described(connection.address)) \(port) port \(what) succeeded!")
    }

    /// The host as it was given, and the address behind it if that is something else.
    private func described(_ address: SocketAddress) -> ByteString {
        host == address.host ? host : "\(host) (\(address.host))"
    }
}

/// A socket that is connected, and to where.
struct Connection: ~Copyable {
    /// The socket; it does not wait.
    let socket: FileDescriptor
    /// The peer.
    let address: SocketAddress
}
