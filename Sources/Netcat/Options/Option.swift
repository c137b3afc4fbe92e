// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// The options of nc.
enum Option: Equatable {
    case help, helpOnErrors, version, verbose, noNames
    case ipv4, ipv6, datagrams, unixSocket, sourceAddress, sourcePort
    case listen, keepOpen, scan, shufflePorts, parallel, mostConnections
    case timeout, interval, ignoreInput, closeAfterInput, stayAfterInput, receiveLimit, sendOnly, receiveOnly
    case noShutdown, carriageReturns
}

extension Option {
    /// The letters are those of OpenBSD's nc as Debian has it; words were free there, and are those of ncat.
    static var rules: [OptionRule] {
        [
            OptionRule(.ipv4, "4"),
            OptionRule(.ipv6, "6"),
            OptionRule(.carriageReturns, "C", "crlf"),
            OptionRule(.ignoreInput, "d"),
            OptionRule(.helpOnErrors, "h"),
            OptionRule(.interval, "i", "delay", takesValue: true),
            OptionRule(.keepOpen, "k", "keep-open"),
            OptionRule(.listen, "l", "listen"),
            OptionRule(.closeAfterInput, "N"),
            OptionRule(.noNames, "n", "nodns"),
            OptionRule(.sourcePort, "p", "source-port", takesValue: true),
            OptionRule(.stayAfterInput, "q", takesValue: true),
            OptionRule(.shufflePorts, "r"),
            OptionRule(.sourceAddress, "s", "source", takesValue: true),
            OptionRule(.unixSocket, "U", "unixsock"),
            OptionRule(.datagrams, "u", "udp"),
            OptionRule(.verbose, "v", "verbose"),
            OptionRule(.receiveLimit, "W", takesValue: true),
            OptionRule(.timeout, "w", "wait", takesValue: true),
            OptionRule(.scan, "z"),
            OptionRule(.help, nil, "help"),
            OptionRule(.mostConnections, nil, "max-conns", takesValue: true),
            OptionRule(.noShutdown, nil, "no-shutdown"),
            OptionRule(.parallel, nil, "parallel", takesValue: true),
            OptionRule(.receiveOnly, nil, "recv-only"),
            OptionRule(.sendOnly, nil, "send-only"),
            OptionRule(.version, nil, "version"),
        ]
    }
}
