// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The options of nc.
enum Option: Equatable {
    case help, helpOnErrors, version, verbose, noNames, test
    case ipv4, ipv6, datagrams, unixSocket, vsock, sourceAddress, sourcePort
    case listen, keepOpen, mostConnections, scan, shufflePorts, parallel
    case timeout, idleLimit, interval, ignoreInput, closeAfterInput, noShutdown, stayAfterInput, receiveLimit
    case sendOnly, receiveOnly
    case broadcast, debug, receiveBuffer, sendBuffer, hopLimit, leastHops, typeOfService
    case carriageReturns, telnet, dump, plainDump, output, appendOutput, progress, statistics
    case execute, shell, broker, chat, forward, passDescriptor
    case allow, allowFile, deny, denyFile
    case proxyAddress, proxyKind, proxyKindWord, proxyUser, proxyNames
    case tls, tlsCertificate, tlsKey, tlsVerify, tlsTrust, tlsCiphers, tlsName, tlsProtocols
    case announceClients, ignored, noRouting, noSignature, noDCCP, noSCTP
}

extension Option {
    /// The letters are those of OpenBSD's nc as Debian has it, with `-e`, `-c`, `-o` and `-L` of the older ones.
    private static var letters: [OptionRule] {
        [
            OptionRule(.ipv4, "4"), OptionRule(.ipv6, "6"), OptionRule(.broadcast, "b"),
            OptionRule(.carriageReturns, "C", "crlf"), OptionRule(.shell, "c", "sh-exec", takesValue: true),
            OptionRule(.debug, "D"), OptionRule(.execute, "e", "exec", takesValue: true),
            OptionRule(.passDescriptor, "F"), OptionRule(.ignored, "G", takesValue: true),
            OptionRule(.ignored, "g", takesValue: true),
            OptionRule(.helpOnErrors, "h"), OptionRule(.receiveBuffer, "I", takesValue: true),
            OptionRule(.keepOpen, "k", "keep-open"), OptionRule(.forward, "L", takesValue: true),
            OptionRule(.listen, "l", "listen"), OptionRule(.hopLimit, "M", takesValue: true),
            OptionRule(.closeAfterInput, "N"), OptionRule(.noNames, "n", "nodns"),
            OptionRule(.sendBuffer, "O", takesValue: true), OptionRule(.proxyUser, "P", "proxy-auth", takesValue: true),
            OptionRule(.sourcePort, "p", "source-port", takesValue: true),
            OptionRule(.stayAfterInput, "q", takesValue: true), OptionRule(.shufflePorts, "r"),
            OptionRule(.noSignature, "S"), OptionRule(.sourceAddress, "s", "source", takesValue: true),
            OptionRule(.typeOfService, "T", takesValue: true), OptionRule(.telnet, "t", "telnet"),
            OptionRule(.unixSocket, "U", "unixsock"), OptionRule(.datagrams, "u", "udp"),
            OptionRule(.noRouting, "V", takesValue: true), OptionRule(.verbose, "v", "verbose"),
            OptionRule(.receiveLimit, "W", takesValue: true), OptionRule(.timeout, "w", "wait", takesValue: true),
            OptionRule(.proxyKind, "X", takesValue: true), OptionRule(.proxyAddress, nil, "proxy", takesValue: true),
            OptionRule(.noDCCP, "Z"), OptionRule(.scan, "z"),
        ]
    }

    /// The letters that ncat has in another meaning.
    private static func ambiguousLetters(_ dialect: Dialect) -> [OptionRule] {
        switch dialect {
        case .openbsd:
            [
                OptionRule(.ignoreInput, "d"), OptionRule(.interval, "i", "delay", takesValue: true),
                OptionRule(.leastHops, "m", takesValue: true), OptionRule(.dump, "o", takesValue: true),
                OptionRule(.proxyAddress, "x", takesValue: true),
                OptionRule(.mostConnections, nil, "max-conns", takesValue: true),
                OptionRule(.idleLimit, nil, "idle-timeout", takesValue: true),
                OptionRule(.output, nil, "output", takesValue: true),
                OptionRule(.plainDump, nil, "hex-dump", takesValue: true),
            ]
        case .ncat:
            [
                OptionRule(.interval, "d", "delay", takesValue: true),
                OptionRule(.idleLimit, "i", "idle-timeout", takesValue: true),
                OptionRule(.mostConnections, "m", "max-conns", takesValue: true),
                OptionRule(.output, "o", "output", takesValue: true),
                OptionRule(.plainDump, "x", "hex-dump", takesValue: true),
            ]
        }
    }

    /// Words without a letter.
    private static var words: [OptionRule] {
        [
            OptionRule(.allow, nil, "allow", takesValue: true),
            OptionRule(.allowFile, nil, "allowfile", takesValue: true),
            OptionRule(.appendOutput, nil, "append-output"), OptionRule(.broker, nil, "broker"),
            OptionRule(.chat, nil, "chat"), OptionRule(.deny, nil, "deny", takesValue: true),
            OptionRule(.denyFile, nil, "denyfile", takesValue: true), OptionRule(.help, nil, "help"),
            OptionRule(.noShutdown, nil, "no-shutdown"), OptionRule(.parallel, nil, "parallel", takesValue: true),
            OptionRule(.progress, nil, "progress"), OptionRule(.proxyNames, nil, "proxy-dns", takesValue: true),
            OptionRule(.proxyKindWord, nil, "proxy-type", takesValue: true), OptionRule(.receiveOnly, nil, "recv-only"),
            OptionRule(.noSCTP, nil, "sctp"), OptionRule(.sendOnly, nil, "send-only"), OptionRule(.tls, nil, "ssl"),
            OptionRule(.tlsProtocols, nil, "ssl-alpn", takesValue: true),
            OptionRule(.tlsCertificate, nil, "ssl-cert", takesValue: true),
            OptionRule(.tlsCiphers, nil, "ssl-ciphers", takesValue: true),
            OptionRule(.tlsKey, nil, "ssl-key", takesValue: true),
            OptionRule(.tlsName, nil, "ssl-servername", takesValue: true),
            OptionRule(.tlsTrust, nil, "ssl-trustfile", takesValue: true), OptionRule(.tlsVerify, nil, "ssl-verify"),
            OptionRule(.statistics, nil, "stats", takesValue: true), OptionRule(.test, nil, "test"),
            OptionRule(.version, nil, "version"), OptionRule(.vsock, nil, "vsock"),
        ]
    }

    /// All rules.
    static func rules(_ dialect: Dialect) -> [OptionRule] { letters + ambiguousLetters(dialect) + words }
}

/// Whose letters and whose end of file: they follow the name that the program is called by.
enum Dialect: Equatable {
    case openbsd, ncat
}
