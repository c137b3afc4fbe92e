// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Connects to whatever the operands name.
struct Client {
    /// What was asked for.
    let options: Options
    /// Where messages go.
    let console: Console

    /// Connects and holds a conversation, with one port after the other.
    /// - Returns: whether anything could be reached.
    func run() throws(Failure) -> Bool {
        if options.endpoint.isUnix {
            try hold(try UnixPlace.connect(options, console))
            return true
        }
        if options.endpoint.isVsock {
            try hold(try VsockPlace.connect(options))
            return true
        }
        return options.proxy.address == nil ? try connectToPorts() : try connectThroughProxy()
    }

    private func connectThroughProxy() throws(Failure) -> Bool {
        let place = try ProxyPlace(options.proxy.address ?? "")
        let ports = try ports()
        let proxy = try ProxyClient(at: place, options, console)
        var reached = false
        for port in ports {
            guard let connection = try proxy.connect(to: options.operands[0], port) else { continue }
            reached = true
            try hold(connection)
        }
        return reached
    }

    private func connectToPorts() throws(Failure) -> Bool {
        let ports = try ports()
        let connector = try Connector(to: options.operands[0], options.endpoint, console, port: ports[0])
        if options.scans && options.parallelism > 1 && !options.endpoint.usesDatagrams {
            return try ParallelScan(connector, ports, width: options.parallelism, options.endpoint.timeout).run()
        }
        var reached = false
        for port in ports {
            // Ports that refuse do not have to be spared.
            if reached, let interval = options.content.interval { pause(for: interval) }
            guard let connection = try connector.connect(to: port) else { continue }
            // Sockets of datagrams are always made, so that the last port of a scan has the last word.
            reached = answers(connection)
            guard reached else { continue }
            connector.tellSuccess(connection.peer)
            try hold(connection)
        }
        return reached
    }

    private func hold(_ connection: consuming Connection) throws(Failure) {
        if options.scans { return }
        try Conversation(options, console, endsWithPeer: false).hold(connection)
    }

    /// Whether anybody is at the other end: a connection proves it, for datagrams a scan has to find out.
    private func answers(_ connection: borrowing Connection) -> Bool {
        guard options.scans && options.endpoint.usesDatagrams else { return true }
        let byte: UInt8 = options.dialect == .ncat ? 0 : UInt8(ascii: "X")
        return DatagramProbe.isOpen(connection.socket.reference, sending: byte, within: options.endpoint.timeout)
    }

    private func ports() throws(Failure) -> [Port] {
        do throws(UsageError) {
            var ports = try PortList.parse(Array(options.operands[1...]), options.endpoint.transport)
            if options.shufflesPorts { ports.shuffle() }
            return ports
        } catch {
            throw Failure(error.message)
        }
    }
}
