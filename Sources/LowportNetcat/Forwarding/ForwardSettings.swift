// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The settings of a forwarder.
struct ForwardSettings: Equatable {
    /// The pairs of the command line.
    var pairs: [ForwardPair] = []
    /// The file with the pairs, if they are not on the command line.
    var file: ByteString?
    /// How many listeners are inherited (sd_listen_fds(3)).
    var inheritedCount = 0
    /// Whether datagrams are forwarded.
    var usesDatagrams = false
    /// How the address of the client is sent first (PROXY protocol); nil if it is not.
    var announcement: ProxyAnnouncement?
    /// How many connections may be open at once.
    var maximumConnections = 1000
    /// How many processes accept connections; nil for one for each processor.
    var workers: Int?
    /// How long nothing may move in a connection; nil for no limit.
    var idleLimit: Milliseconds?
    /// After how many seconds of silence a machine is asked for a sign of life; 0 for never.
    var keepAlive = 120
    /// The path of the socket that gives the counters.
    var metricsPath: ByteString?
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
        options.givenMaximum = maximumConnections
        options.endpoint.usesDatagrams = usesDatagrams
        return options
    }

    /// How many processes accept connections.
    var processes: Int { min(workers ?? min(Processor.count, ForwardSettings.mostWorkers), maximumConnections) }

    private static var mostWorkers: Int { 64 }

    /// What the forwarder does with all connections.
    var rules: ForwardRules {
        ForwardRules(
            announcement: announcement,
            idleLimit: idleLimit,
            keepAlive: keepAlive == 0 ? nil : Int32(keepAlive)
        )
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
        settings.inheritedCount = PassedDescriptors.number
        settings.pairs = try settings.pairs(operands)
        try reader.check(settings)
        for pair in settings.pairs { try pair.check(settings.options.endpoint.transport) }
        return settings
    }

    private func pairs(_ operands: [ByteString]) throws(UsageError) -> [ForwardPair] {
        let inherited = inheritedCount
        if file != nil {
            if operands.isEmpty { return [] }
        } else if inherited > 0 && operands.count == inherited {
            return operands.enumerated().map { ForwardPair(source: .inherited($0.offset), target: $0.element) }
        } else if !operands.isEmpty && operands.count.isMultiple(of: 2) {
            var pairs: [ForwardPair] = []
            for index in 0..<operands.count / 2 {
                pairs.append(try ForwardPair(operands[2 * index], operands[2 * index + 1], inherited))
            }
            return pairs
        }
        let isIncomplete = !operands.isEmpty && file == nil
        throw UsageError(message: isIncomplete ? "the target HOST:PORT is missing" : nil, showsUsage: true)
    }

    /// The usage of the command.
    static var usage: ByteString {
        """
        usage: lowport-forward [-nuv] [--max-conns COUNT] [--idle-timeout TIME] [--keep-alive SECONDS]
               [--workers COUNT] [--proxy-protocol] [--proxy-protocol-v2] [--metrics-socket PATH]
               [ADDRESS:]PORT HOST:PORT [[ADDRESS:]PORT HOST:PORT ...]
               with pairs from a file: lowport-forward [options] [--config FILE]
               with inherited sockets to listen on (LISTEN_FDS): lowport-forward [options] HOST:PORT ...

        """
    }
}

extension ForwardSettings: OptionSettings {
    /// All options of lowport-forward.
    mutating func readOptions(_ reader: inout ArgumentReader) throws(UsageError) {
        reader.group("Pairs")
        if reader.option("-u, --udp", "forward datagrams") { usesDatagrams = true }
        if reader.option("--config FILE", "the pairs are in FILE, which SIGHUP reads again") { file = reader.value }
        if reader.option("-n, --nodns", "do not resolve names") { isNumeric = true }
        reader.group("Connections")
        if reader.option("--proxy-protocol", "send the address of the client first, as text") { announcement = .line }
        if reader.option("--proxy-protocol-v2", "send the address of the client first, as bytes") {
            announcement = .header
        }
        if reader.option("--max-conns COUNT", "at most COUNT connections at once") {
            maximumConnections = try reader.number("max-conns", 1...1_000_000)
        }
        if reader.option("--workers COUNT", "COUNT processes serve; by default one for each processor") {
            workers = try reader.number("workers", 1...ForwardSettings.mostWorkers)
        }
        if reader.option("--idle-timeout TIME", "end connections in which nothing moves for TIME") {
            idleLimit = try reader.duration("idle-timeout")
        }
        if reader.option("--keep-alive SECONDS", "ask silent machines for a sign of life; 0 for never") {
            keepAlive = try reader.number("keep-alive", 0...32767)
        }
        reader.group("Reports")
        if reader.option("--metrics-socket PATH", "give the counters on a Unix socket (OpenMetrics)") {
            metricsPath = reader.value
        }
        if reader.option("-v, --verbose", "report each client") { isVerbose = true }
        if reader.hiddenOption("-h, --help") { showsHelp = true }
        reader.conflict("the PROXY protocol is for streams", if: announcement != nil && usesDatagrams)
        reader.conflict("datagrams are forwarded for one pair alone", if: usesDatagrams && pairs.count != 1)
        let isForStreams = idleLimit != nil || metricsPath != nil || workers != nil
        let message: StaticString = "--idle-timeout, --metrics-socket and --workers are for streams"
        reader.conflict(message, if: isForStreams && usesDatagrams)
    }
}

/// What a forwarder does with all connections.
struct ForwardRules {
    /// Whether, and in which form, the server is told who the client is.
    var announcement: ProxyAnnouncement?
    /// How long nothing may move in a connection; nil for no limit.
    var idleLimit: Milliseconds?
    /// After how many seconds of silence a machine is asked for a sign of life; nil for never.
    var keepAlive: Int32? = 120
}
