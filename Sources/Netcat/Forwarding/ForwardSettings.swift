// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What a forwarder is to do.
struct ForwardSettings: Equatable {
    /// Where to listen: a port, or an address and a port. Nil takes over what the starter listens on.
    var source: ByteString?
    /// Where to connect to.
    var target: ByteString = ""
    /// Whether datagrams are forwarded.
    var usesDatagrams = false
    /// Whether the server is told first who the client is, in a line (PROXY protocol, version 1).
    var announcesClients = false
    /// How many connections may be open at once.
    var mostConnections = 1000
    /// Whether to tell about each connection.
    var isVerbose = false
    /// Whether names are left alone.
    var isNumeric = false

    /// The same as options, for what both have in common.
    var options: Options {
        var options = Options()
        options.listens = true
        options.keepsOpen = true
        options.isVerbose = isVerbose
        options.isNumeric = isNumeric
        options.mostConnections = mostConnections
        options.endpoint.usesDatagrams = usesDatagrams
        if let source, let place = HostAndPort(source) {
            // A port alone is no host.
            options.operands = place.port.map { [place.host, $0] } ?? [place.host]
            if let address = IPAddress(place.host) { options.endpoint.family = address.family }
        }
        return options
    }

    /// Reads the arguments behind the program's name.
    /// - Returns: nil when help was asked for.
    static func parse(_ arguments: [ByteString]) throws(UsageError) -> ForwardSettings? {
        var settings = ForwardSettings()
        var operands: [ByteString] = []
        var scanner = ArgumentScanner(arguments, rules: rules)
        while let part = try scanner.next() {
            switch part {
            case .operand(let operand): operands.append(operand)
            case .option(.datagrams, _): settings.usesDatagrams = true
            case .option(.verbose, _): settings.isVerbose = true
            case .option(.noNames, _): settings.isNumeric = true
            case .option(.announceClients, _): settings.announcesClients = true
            case .option(.mostConnections, let value):
                settings.mostConnections = try OptionReader.number(value, "max-conns", 1...1_000_000)
            default: return nil
            }
        }
        switch operands.count {
        case 1 where InheritedListener.isThere: settings.target = operands[0]
        case 2:
            settings.source = operands[0]
            settings.target = operands[1]
        default: throw UsageError(message: nil, showsUsage: true)
        }
        if settings.announcesClients && settings.usesDatagrams {
            throw UsageError(message: "the PROXY protocol is for streams")
        }
        return settings
    }

    private static var rules: [OptionRule] {
        [
            OptionRule(.datagrams, "u", "udp"), OptionRule(.verbose, "v", "verbose"),
            OptionRule(.noNames, "n", "nodns"), OptionRule(.announceClients, nil, "proxy-protocol"),
            OptionRule(.mostConnections, nil, "max-conns", takesValue: true), OptionRule(.help, "h", "help"),
        ]
    }

    /// The form of the command.
    static var usage: ByteString {
        """
        usage: lowport-forward [-nuv] [--max-conns COUNT] [--proxy-protocol] [ADDRESS:]PORT HOST:PORT
               with a socket to listen on from the starter (LISTEN_FDS): lowport-forward [options] HOST:PORT

        """
    }
}
