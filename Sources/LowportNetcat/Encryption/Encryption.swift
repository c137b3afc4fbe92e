// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportTLS

/// Encrypts connections if the options request it.
struct Encryption {
    private let options: Options
    private let console: Console

    /// Creates the encryption that `options` request.
    init(_ options: Options, _ console: Console) {
        self.options = options
        self.console = console
    }

    /// The stream over `connection`: if TLS is requested, an encrypted one, after the handshake.
    /// - Parameter limit: how long the handshake may take; nil means as long as the options say.
    func stream(
        over connection: Stream,
        isServer: Bool,
        within limit: Milliseconds? = nil
    ) throws(NetcatError) -> Stream {
        guard options.tls.isWanted else { return connection }
        let socket = connection.descriptor
        try? socket.setNonBlocking(true)
        let session = try session(over: socket, isServer: isServer)
        do throws(NetcatError) {
            return try stream(over: socket, session, isServer: isServer, within: limit ?? options.endpoint.timeout)
        } catch {
            // The alert that says why must arrive, and a connection that is closed with unread data is reset.
            if isServer && connection.kind == .socket { LingeringClose.finish(socket) }
            throw error
        }
    }

    /// A session over `socket`, before its handshake.
    func session(over socket: InheritedDescriptor, isServer: Bool) throws(NetcatError) -> TLSSession {
        do throws(TLSError) {
            return try TLSSession(settings(isServer: isServer), over: socket)
        } catch {
            throw NetcatError("TLS: \(error.message)")
        }
    }

    /// The stream of `session` over `socket`, after the handshake.
    /// - Parameter limit: how long the handshake may take; nil means no limit.
    func stream(
        over socket: InheritedDescriptor,
        _ session: TLSSession,
        isServer: Bool,
        within limit: Milliseconds?
    ) throws(NetcatError) -> Stream {
        do throws(TLSError) {
            try session.handshake(until: limit.map { Instant.now + $0 })
        } catch {
            throw NetcatError(ofTLS: error.message)
        }
        for line in session.description { console.log("TLS: \(line)") }
        if !isServer && !options.tls.verifies {
            console.log("TLS: the certificate was not verified (--ssl-verify)")
        }
        return Stream(socket, session)
    }

    /// Throws if a listener cannot use the certificate, the key, the other files or the ciphers that were named.
    func check(with listener: InheritedDescriptor) throws(NetcatError) {
        if options.tls.needsCheck { _ = try session(over: listener, isServer: true) }
    }

    /// Does the handshake with a port that is tried, and ends the connection.
    func attempt(_ connection: borrowing Connection) throws(NetcatError) {
        let socket = connection.socket.reference
        let session = try session(over: socket, isServer: false)
        let stream = try stream(over: socket, session, isServer: false, within: options.endpoint.timeout)
        stream.endSending()
        stream.waitForVerdict()
        if let failure = stream.failure { throw NetcatError(ofTLS: failure) }
    }

    private func settings(isServer: Bool) -> TLSSettings {
        var settings = TLSSettings()
        settings.isServer = isServer
        settings.isDatagram = options.endpoint.usesDatagrams
        settings.verifies = options.tls.verifies
        settings.certificate = options.tls.certificate
        settings.key = options.tls.key
        settings.trustFile = options.tls.trustFile
        settings.ciphers = options.tls.ciphers
        let hasName = !isServer && !options.endpoint.isUnix
        settings.serverName = hasName ? options.tls.serverName ?? options.operands.first : nil
        settings.protocols = options.tls.applicationProtocols?.split(on: UInt8(ascii: ",")) ?? []
        return settings
    }

    /// The connection as plain bytes: its socket, or one to a child process that encrypts and decrypts.
    func plain(_ connection: consuming Connection) throws(Errno) -> FileDescriptor {
        guard options.tls.isWanted else { return connection.socket }
        let pair = try FileDescriptor.socketPair()
        let ours = FileDescriptor(owning: pair.0)
        let theirs = FileDescriptor(owning: pair.1)
        guard try CurrentProcess.fork() == nil else { return ours }
        // While this process holds a copy, `theirs` would never get end of file.
        try? ours.close()
        do throws(NetcatError) {
            try pump(connection, theirs)
        } catch {
            error.report(to: console)
            CurrentProcess.exit(1)
        }
        CurrentProcess.exit(0)
    }

    /// Encrypts what comes from `plain`, and decrypts what comes from `connection`.
    private func pump(_ connection: borrowing Connection, _ plain: borrowing FileDescriptor) throws(NetcatError) {
        let stream = try stream(over: connection.stream, isServer: true)
        try? plain.setNonBlocking(true)
        let inner = Stream(plain.reference)
        let relay = Relay(
            sending: Channel(from: inner, to: stream),
            receiving: Channel(from: stream, to: inner),
            rules: RelayRules(ending: EndingOptions(closesAfterInput: true), passesPeersEnd: true)
        )
        relay.run(console)
        try relay.checkCompleteness(output: "the server")
    }
}

extension NetcatError {
    /// The error of an encrypted connection that failed.
    init(ofTLS failure: ByteString) { self.init("TLS: \(failure)", isOfNetwork: true) }
}
