// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The settings of a forwarder.
struct ForwardSettings: Equatable {
    /// Where to listen: a port, or an address and a port. Nil takes over the listener of the parent process.
    var source: ByteString?
    /// Where to connect to.
    var target: ByteString = ""
    /// Whether datagrams are forwarded.
    var usesDatagrams = false
    /// Whether a line with the client's address is sent first (PROXY protocol, version 1).
    var announcesClients = false
    /// How many connections may be open at once.
    var maximumConnections = 1000
    /// Whether each connection is reported.
    var isVerbose = false
    /// Whether names are not resolved.
    var isNumeric = false
    /// Whether only the usage is shown.
    var showsHelp = false

    /// These settings as options of nc.
    var options: Options {
        var options = Options()
        options.listens = true
        options.keepsOpen = true
        options.isVerbose = isVerbose
        options.isNumeric = isNumeric
        options.maximumConnections = maximumConnections
        options.endpoint.usesDatagrams = usesDatagrams
        if let source, let place = HostAndPort(source) {
            // A single operand is a port and not a host.
            options.operands = place.port.map { [place.host, $0] } ?? [place.host]
            if let address = IPAddress(place.host) { options.endpoint.family = address.family }
        }
        return options
    }

    /// Reads the arguments after the program's name.
    /// - Returns: nil if help was requested.
    static func parse(_ arguments: [ByteString]) throws(UsageError) -> ForwardSettings? {
        var settings = ForwardSettings()
        var operands: [ByteString] = []
        var reader = ArgumentReader(arguments)
        while let part = try reader.next(for: &settings) {
            if case .operand(let operand) = part { operands.append(operand) }
            if settings.showsHelp { return nil }
        }
        switch operands.count {
        case 1 where InheritedListener.exists: settings.target = operands[0]
        case 2:
            settings.source = operands[0]
            settings.target = operands[1]
        default: throw UsageError(message: nil, showsUsage: true)
        }
        try reader.check(settings)
        return settings
    }

    /// The usage of the command.
    static var usage: ByteString {
        """
        usage: lowport-forward [-nuv] [--max-conns COUNT] [--proxy-protocol] [ADDRESS:]PORT HOST:PORT
               with a socket to listen on from the starter (LISTEN_FDS): lowport-forward [options] HOST:PORT

        """
    }
}

extension ForwardSettings: OptionSettings {
    /// All options of lowport-forward.
    mutating func readOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        if reader.option("-u, --udp", "forward datagrams") { usesDatagrams = true }
        if reader.option("--proxy-protocol", "send the address of the client first") { announcesClients = true }
        reader.conflict("the PROXY protocol is for streams", if: announcesClients && usesDatagrams)
        if reader.option("--max-conns COUNT", "at most COUNT connections at once") {
            maximumConnections = try reader.number("max-conns", 1...1_000_000)
        }
        if reader.option("-n, --nodns", "do not resolve names") { isNumeric = true }
        if reader.option("-v, --verbose", "report each client") { isVerbose = true }
        if reader.hiddenOption("-h, --help") { showsHelp = true }
    }
}
