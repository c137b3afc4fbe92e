// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Unix sockets: paths, and abstract names after `@`.
enum UnixEndpoint {
    /// Binds the path that the options name, and listens on a stream socket.
    static func listen(_ options: Options, _ console: Console) throws(NetcatError) -> Listener {
        let path = options.path
        let datagrams = options.endpoint.usesDatagrams
        do throws(Errno) {
            return try listen(at: path, datagrams: datagrams)
        } catch {
            throw NetcatError(error.message)
        }
    }

    /// Binds `path`, and listens on a stream socket.
    static func listen(at path: ByteString, datagrams: Bool) throws(Errno) -> Listener {
        let address = try UnixAddress(path)
        let socket = try FileDescriptor.unixSocket(datagrams: datagrams)
        if !address.isAbstract { removeStale(address) }
        try socket.bind(to: address)
        if !datagrams { try socket.listen() }
        return Listener(socket: socket, place: .unix(path))
    }

    /// Removes the socket of a listener that has exited: a socket that refuses connections. Other files stay.
    ///
    /// Nobody notices that a datagram socket is connected, and that of a listener for streams says that it is of another kind.
    private static func removeStale(_ address: UnixAddress) {
        let path = address.byteString
        guard let status = try? FileStatus(of: path, followLinks: false), status.kind == .socket else { return }
        do throws(Errno) {
            try FileDescriptor.unixSocket(datagrams: true).connect(to: address)
        } catch {
            if error == .connectionRefused { try? removeFile(path) }
        }
    }

    /// Connects to the path that the options name.
    static func connect(_ options: Options, _ console: Console) throws(NetcatError) -> Connection {
        let path = options.path
        var culprit = path
        do throws(Errno) {
            let socket = try FileDescriptor.unixSocket(datagrams: options.endpoint.usesDatagrams)
            if let source = options.endpoint.sourceAddress { culprit = source }
            let directory = try bind(socket.reference, options, console)
            culprit = path
            try socket.connect(to: UnixAddress(path))
            try socket.setNonBlocking(true)
            return Connection(socket: socket, peer: .unix(path), directory: directory)
        } catch {
            throw NetcatError("\(culprit): \(error.message)", isOfNetwork: true)
        }
    }

    /// Binds the local socket. A datagram socket needs a path, so that the peer can answer: if the user names none, the
    /// path is in the directory that is returned.
    private static func bind(
        _ socket: InheritedDescriptor,
        _ options: Options,
        _ console: Console
    ) throws(Errno) -> TemporaryDirectory? {
        if let source = options.endpoint.sourceAddress {
            try socket.bind(to: UnixAddress(source))
            if options.endpoint.usesDatagrams { console.log("Bound on \(source)") }
            return nil
        }
        guard options.endpoint.usesDatagrams else { return nil }
        let directory = try TemporaryDirectory("/tmp/nc-", removing: ["recv.sock"])
        try socket.bind(to: UnixAddress("\(directory.path)/recv.sock"))
        console.log("Bound on \(directory.path)/recv.sock")
        return directory
    }
}

/// Sockets between a virtual machine and its host.
enum VsockEndpoint {
    /// Listens on the port that the options name, on the address that they name or on all of this machine.
    static func listen(_ options: Options) throws(NetcatError) -> Listener {
        let machine = try options.listeningAddress.map { text throws(NetcatError) in try number(text) }
        let address = VsockAddress(machine: machine ?? VsockAddress.any, port: try number(options.listeningPort ?? ""))
        do throws(Errno) {
            let socket = try FileDescriptor.vsock()
            try socket.bind(to: address)
            try socket.listen()
            return Listener(socket: socket, place: .vsock(address))
        } catch {
            throw NetcatError("bind to vsock \(address): \(error.message)")
        }
    }

    /// Connects to the machine and port that the operands name.
    static func connect(_ options: Options) throws(NetcatError) -> Connection {
        let address = VsockAddress(machine: try number(options.operands[0]), port: try number(options.operands[1]))
        do throws(Errno) {
            let socket = try FileDescriptor.vsock()
            try socket.connect(to: address)
            try socket.setNonBlocking(true)
            return Connection(socket: socket, peer: .vsock(address))
        } catch {
            throw NetcatError("connect to vsock \(address) failed: \(error.message)", isOfNetwork: true)
        }
    }

    private static func number(_ text: ByteString) throws(NetcatError) -> UInt32 {
        guard let number = try? OptionValue.number(text, in: 0...Int(UInt32.max)) else {
            throw NetcatError("vsock address invalid: \(text)")
        }
        return UInt32(number)
    }
}
