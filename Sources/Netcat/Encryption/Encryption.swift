// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import TLS

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
    func stream(over connection: Stream, isServer: Bool) throws(NetcatError) -> Stream {
        guard options.tls.isWanted else { return connection }
        let socket = connection.descriptor
        try? socket.setNonBlocking(true)
        do throws(TLSError) {
            let session = try TLSSession(settings(isServer: isServer), over: socket)
            try session.handshake(until: options.endpoint.timeout.map { Instant.now + $0 })
            for line in session.description { console.log("TLS: \(line)") }
            if !isServer && !options.tls.verifies {
                console.log("TLS: the certificate was not verified (--ssl-verify)")
            }
            return Stream(socket, session)
        } catch {
            throw NetcatError("TLS: \(error.message)")
        }
    }

    private func settings(isServer: Bool) -> TLSSettings {
        var settings = TLSSettings()
        settings.isServer = isServer
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
