// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What a command line asks for.
enum Invocation: Equatable {
    case help(onErrors: Bool)
    case version
    case run(Options)

    /// Reads the arguments behind the program's name.
    init(_ arguments: [ByteString], _ dialect: Dialect = .openbsd) throws(UsageError) {
        var scanner = ArgumentScanner(arguments, rules: Option.rules(dialect))
        var options = Options()
        if dialect == .ncat { options.assumeHabitsOfNcat() }
        while let part = try scanner.next() {
            switch part {
            case .operand(let operand): options.operands.append(operand)
            case .option(.help, _), .option(.helpOnErrors, _):
                self = .help(onErrors: part == .option(.helpOnErrors, value: ""))
                return
            case .option(.version, _):
                self = .version
                return
            case .option(let option, let value): try options.take(option, value)
            }
        }
        if options.listens && options.role == .relay && options.proxy.isNamed {
            options.role = .proxy(options.proxy.kind == .connect ? .http : .socks5)
            // What a program asks its proxy for seldom comes by one connection.
            options.keepsOpen = true
        }
        if dialect == .ncat { options.completeAsNcat() }
        try options.check()
        self = .run(options)
    }
}

extension Options {
    /// Takes one option over.
    fileprivate mutating func take(_ option: Option, _ value: ByteString) throws(UsageError) {
        switch option {
        // They and -U are three families, of which the last one counts.
        case .ipv4: (endpoint.family, endpoint.isUnix) = (.v4, false)
        case .ipv6: (endpoint.family, endpoint.isUnix) = (.v6, false)
        case .datagrams: endpoint.usesDatagrams = true
        case .unixSocket: endpoint.isUnix = true
        case .vsock: endpoint.isVsock = true
        case .sourceAddress: endpoint.sourceAddress = value
        case .sourcePort: endpoint.sourcePort = value
        case .listen: listens = true
        case .keepOpen: keepsOpen = true
        case .mostConnections: mostConnections = try OptionReader.number(value, "max-conns", 0...1_000_000)
        case .scan: scans = true
        case .shufflePorts: shufflesPorts = true
        case .parallel: parallelism = try OptionReader.number(value, "parallel", 1...1024)
        case .verbose: isVerbose = true
        case .noNames: isNumeric = true
        case .test: tellsTests = true
        case .passDescriptor: passesDescriptor = true
        case .execute: role = .program(value)
        case .shell: role = .shell(value)
        case .broker: role = .broker
        case .chat: role = .chat
        case .forward: role = .forward(value)
        case .allow: access.allowed += value.split(on: UInt8(ascii: ","))
        case .deny: access.denied += value.split(on: UInt8(ascii: ","))
        case .allowFile: access.allowFiles.append(value)
        case .denyFile: access.denyFiles.append(value)
        case .timeout: endpoint.timeout = try OptionReader.duration(value, "timeout")
        case .idleLimit: endpoint.idleLimit = try OptionReader.duration(value, "idle timeout")
        case .proxyAddress, .proxyKind, .proxyKindWord, .proxyUser, .proxyNames: try takeProxy(option, value)
        case .noRouting: throw UsageError(message: "no alternate routing table support available")
        case .noSignature: throw UsageError(message: "TCP MD5 signatures are not supported")
        case .noDCCP: throw UsageError(message: "DCCP is not supported")
        case .noSCTP: throw UsageError(message: "SCTP is not supported")
        case .help, .helpOnErrors, .version, .ignored: break
        default:
            if try !endpoint.settings.take(option, value), try !ending.take(option, value),
                try !content.take(option, value)
            {
                tls.take(option, value)
            }
        }
    }

    private mutating func takeProxy(_ option: Option, _ value: ByteString) throws(UsageError) {
        switch (option, value) {
        case (.proxyAddress, _): proxy.address = value
        case (.proxyUser, _): proxy.credentials = value
        case (.proxyNames, "local"), (.proxyNames, "none"): proxy.resolvesRemotely = false
        case (.proxyNames, "remote"), (.proxyNames, "both"): proxy.resolvesRemotely = true
        case (.proxyKind, "5"), (.proxyKindWord, "socks5"): proxy.kind = .socks5
        case (.proxyKind, "4"), (.proxyKindWord, "socks4"): proxy.kind = .socks4
        case (.proxyKind, "4a"), (.proxyKindWord, "socks4a"): proxy.kind = .socks4a
        case (.proxyKind, _) where value.isEqualIgnoringCase("connect"): proxy.kind = .connect
        case (.proxyKindWord, "http"): proxy.kind = .connect
        default: throw UsageError(message: "unsupported proxy protocol")
        }
        if option == .proxyKindWord { proxy.isNamed = true }
    }
}
