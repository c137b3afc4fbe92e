// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Connects to each port that was asked for.
struct Client {
    /// What was asked for.
    let options: Options
    /// Where messages go.
    let console: Console

    /// Connects and relays, port after port.
    /// - Returns: whether any of the ports could be reached.
    func run() throws(Failure) -> Bool {
        let ports = try ports()
        let connector = try Connector(to: options.operands[0], options.endpoint, console, port: ports[0])
        var reached = false
        for (index, port) in ports.enumerated() {
            if index > 0, let interval = options.content.interval { pause(for: interval) }
            guard let connection = try connector.connect(to: port) else { continue }
            guard answers(connection) else { continue }
            reached = true
            connector.tellSuccess(connection)
            if !options.scans { Session(options).relay(connection.socket.reference) }
        }
        return reached
    }

    /// Whether anybody is at the other end: a connection proves it, for datagrams a scan has to find out.
    private func answers(_ connection: borrowing Connection) -> Bool {
        guard options.scans && options.endpoint.usesDatagrams else { return true }
        return DatagramProbe.isOpen(connection.socket.reference, within: options.endpoint.timeout)
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
