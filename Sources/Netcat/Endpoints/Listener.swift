// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// A socket that others reach us at.
struct Listener: ~Copyable {
    /// The socket: of a stream it listens, of datagrams it is bound.
    let socket: FileDescriptor
    /// Where it is bound.
    let address: SocketAddress

    /// Binds the first of the addresses that `options` name which can be bound.
    init(_ options: Options, _ console: Console) throws(Failure) {
        let candidates = try Listener.candidates(options, console)
        var last = Failure("no address to listen on")
        for candidate in candidates {
            do throws(Errno) {
                let socket = try FileDescriptor.socket(candidate.address.family, options.endpoint.transport)
                // So that a port can be taken again while connections of a former listener time out. Datagrams have
                // none, and there it would let two listeners share a port.
                if !options.endpoint.usesDatagrams { try socket.setReuseAddress(true) }
                try socket.bind(to: candidate)
                if !options.endpoint.usesDatagrams { try socket.listen() }
                address = (try? socket.localAddress()) ?? candidate
                self.socket = socket
                return
            } catch {
                last = BindFailure(address: candidate, transport: options.endpoint.transport, error: error)
                    .failure(console)
            }
        }
        throw last
    }

    private static func candidates(_ options: Options, _ console: Console) throws(Failure) -> [SocketAddress] {
        let host = options.listeningAddress
        let port = options.listeningPort ?? ""
        if let number = try? OptionValue.number(port, in: 0...Int.max), number > 65535 {
            throw Failure("port number too large: \(port)")
        }
        do throws(LookupError) {
            return try NameLookup.addresses(
                of: host,
                service: port,
                // The wildcard of IPv6 takes IPv4 as well; that is for those who ask for it.
                family: options.endpoint.family ?? (host == nil ? .v4 : nil),
                transport: options.endpoint.transport,
                numeric: options.isNumeric
            )
        } catch {
            throw Failure("getaddrinfo: \(error.message)")
        }
    }
}
