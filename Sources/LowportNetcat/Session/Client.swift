// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Connects to the host and the ports, or the path, of the operands.
struct Client {
    /// The options of the command line.
    let options: Options
    /// Where messages go.
    let console: Console

    /// Connects to one port after the other, and relays each connection.
    /// - Returns: whether any port or path could be reached.
    func run() throws(NetcatError) -> Bool {
        if options.endpoint.isUnix || options.endpoint.isVsock {
            let connection =
                options.endpoint.isUnix
                ? try UnixEndpoint.connect(options, console) : try VsockEndpoint.connect(options)
            console.logConnection(to: connection.peer)
            try serve(connection)
            return true
        }
        return options.proxy.address == nil ? try connectToPorts() : try connectThroughProxy()
    }

    private func connectThroughProxy() throws(NetcatError) -> Bool {
        let place = try ProxyEndpoint(options.proxy.address ?? "")
        let ports = try ports()
        let proxy = try ProxyClient(at: place, options, console)
        var reached = false
        for port in ports {
            guard let connection = try proxy.connect(to: options.operands[0], port) else { continue }
            if options.scans && options.tls.isWanted {
                reached = try isEncrypted(connection, isOnly: ports.count == 1) || reached
                continue
            }
            reached = true
            try serve(connection)
        }
        return reached
    }

    private func connectToPorts() throws(NetcatError) -> Bool {
        let ports = try ports()
        let connector = try Connector(to: options.operands[0], options.endpoint, console, port: ports[0])
        if options.scans && options.parallelism > 1 && options.isPlain && !options.endpoint.usesDatagrams {
            return try ParallelScan(connector, ports, width: options.parallelism, options.endpoint.timeout).run()
        }
        var reached = false
        for port in ports {
            // No pause before a port was reached.
            if reached, let interval = options.content.interval { pause(for: interval) }
            guard let connection = try connector.connect(to: port) else { continue }
            if options.scans && options.tls.isWanted {
                guard try isEncrypted(connection, isOnly: ports.count == 1) else { continue }
                connector.logSuccess(connection.peer)
                reached = true
                continue
            }
            // Creating a UDP socket always works, so the last port of a scan decides the status.
            reached = answers(connection)
            guard reached else {
                if console.isNcat {
                    connector.logSuccess(connection.peer)
                    console.log("Ncat: \(Errno.connectionRefused.message).")
                }
                continue
            }
            connector.logSuccess(connection.peer)
            try serve(connection)
        }
        return reached
    }

    private func serve(_ connection: consuming Connection) throws(NetcatError) {
        if options.scans { return }
        // Since 7.96, ncat ends with its peer unless -k is given.
        let endsWithPeer = options.dialect == .ncat && !options.keepsOpen
        try Conversation(options, console, endsWithPeer: endsWithPeer).serve(connection)
    }

    /// Whether the port of a scan speaks TLS and takes our certificate.
    /// - Parameter isOnly: whether it is the only port, and so the reason why not is shown without `-v`.
    private func isEncrypted(_ connection: borrowing Connection, isOnly: Bool) throws(NetcatError) -> Bool {
        do throws(NetcatError) {
            try Encryption(options, console).attempt(connection)
            return true
        } catch {
            // Anything else is a fault of this side: of OpenSSL, or of the files.
            guard error.isOfNetwork else { throw error }
            var failure = error
            if !isOnly { failure.message = failure.message.map { "port \(connection.peer.parts.port): \($0)" } }
            if isOnly || console.isVerbose { failure.report(to: console) }
            return false
        }
    }

    /// Whether the port is open: a connection proves it, a UDP port must be probed.
    private func answers(_ connection: borrowing Connection) -> Bool {
        guard options.scans && options.endpoint.usesDatagrams else { return true }
        let socket = connection.socket.reference
        if options.dialect == .ncat {
            return DatagramProbe.isOpenForNcat(socket, within: options.endpoint.timeout)
        }
        return DatagramProbe.isOpen(socket, sending: UInt8(ascii: "X"), within: options.endpoint.timeout)
    }

    private func ports() throws(NetcatError) -> [Port] {
        do throws(UsageError) {
            var ports = try PortList.parse(Array(options.operands[1...]), options.endpoint.transport)
            if options.shufflesPorts { ports.shuffle() }
            return ports
        } catch {
            throw NetcatError(error.message)
        }
    }
}
