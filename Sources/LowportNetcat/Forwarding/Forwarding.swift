// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Connects one client to another host (`-L`).
struct Forwarding {
    private let target: ByteString
    private let options: Options
    private let console: Console

    /// Creates a forwarding to `target`.
    init(_ target: ByteString, _ options: Options, _ console: Console) {
        self.target = target
        self.options = options
        self.console = console
    }

    /// Relays between `client` and the target until both have ended.
    func serve(_ client: borrowing Connection) throws(NetcatError) {
        var outbound = options.endpoint
        // The address to listen on is not the source of the outgoing connection.
        outbound.sourceAddress = nil
        outbound.sourcePort = nil
        let target = try ForwardTarget(target, outbound, console)
        let connector = try Connector(to: target.host, outbound, console, port: target.port)
        guard let server = try connector.connect(to: target.port) else {
            throw NetcatError("cannot reach \(target.host) port \(target.port)")
        }
        connector.logSuccess(server.peer)
        try? client.socket.setNoDelay(true)
        try? server.socket.setNoDelay(true)
        let inner = try Encryption(options, console).stream(over: client.stream, isServer: true)
        try Forwarding.relay(inner, server, options, console)
    }

    /// Relays between two sockets, and passes on end of file from each to the other.
    static func relay(
        _ client: Stream,
        _ connection: borrowing Connection,
        _ options: Options,
        _ console: Console
    ) throws(NetcatError) {
        try? client.descriptor.setNonBlocking(true)
        let server = connection.stream
        let filters = try Filters(options.content, answeringOver: server)
        let relay = Relay(
            sending: Channel(from: client, to: server, filters: filters.sending),
            receiving: Channel(from: server, to: client, filters: filters.receiving),
            rules: RelayRules(
                ending: EndingOptions(closesAfterInput: true),
                idleLimit: options.idleLimit,
                passesPeersEnd: true,
                passesResets: true
            )
        )
        relay.run(console)
        try relay.checkCompleteness(output: "the client")
    }
}
