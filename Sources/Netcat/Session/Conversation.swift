// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// What is done with a connection: it is handed on, given to a program, or relayed.
struct Conversation {
    /// What was asked for.
    let options: Options
    /// Where messages go.
    let console: Console
    /// Whether it is over when the peer has nothing more to say, as for a listener.
    let endsWithPeer: Bool
    /// Who is heard by a socket that is not connected; nil is everybody.
    var access: AccessList?

    /// Holds the conversation over `connection`, to its end.
    func hold(_ connection: borrowing Connection) throws(Failure) {
        try hold(connection.socket.reference, connection.peer)
    }

    /// Holds the conversation with `peer` over `socket`, to its end.
    func hold(_ socket: InheritedDescriptor, _ peer: Peer) throws(Failure) {
        if options.passesDescriptor { return try pass(socket) }
        let command = ProgramCommand(options.role)
        if let command {
            ProgramCommand.describe(socket, peer, transport: options.endpoint.usesDatagrams ? "UDP" : "TCP")
            // A program that reads less than a datagram at once would lose the rest of it.
            let isStream = !options.endpoint.usesDatagrams
            if isStream && options.isTransparent { throw command.become(on: socket) }
        }
        let stream =
            if let access {
                Stream(socket) { access.allows(.internet($0), console) }
            } else {
                try Encryption(options, console).stream(over: socket, isServer: endsWithPeer)
            }
        if let command { return try relay(stream, toProgram: command) }
        try relay(stream, from: .standardInput, to: .standardOutput, isOurs: false)
    }

    /// Hands the socket to the reader of standard output (`-F`).
    private func pass(_ socket: InheritedDescriptor) throws(Failure) {
        do throws(Errno) {
            try socket.setNonBlocking(false)
            try InheritedDescriptor.standardOutput.pass(socket)
        } catch {
            throw Failure("sendmsg: \(error.message)")
        }
    }

    /// Relays between a program and the peer, where something is done to the bytes between them.
    private func relay(_ peer: Stream, toProgram command: ProgramCommand) throws(Failure) {
        let relayed: Int32
        do throws(Errno) {
            let pair = try FileDescriptor.socketPair()
            let ours = FileDescriptor(owning: pair.0)
            let theirs = FileDescriptor(owning: pair.1)
            guard try CurrentProcess.fork() != nil else {
                command.become(on: theirs.reference).report(to: console)
                CurrentProcess.exit(1)
            }
            try theirs.close()
            try ours.setNonBlocking(true)
            relayed = ours.release()
        } catch {
            throw Failure("cannot start a program: \(error.message)")
        }
        // The program waits for our end to close, so it is closed here and not somewhere behind its last use.
        let ours = FileDescriptor(owning: relayed)
        try relay(peer, from: ours.reference, to: ours.reference, isOurs: true)
        try? ours.close()
    }

    private func relay(
        _ peer: Stream,
        from input: InheritedDescriptor,
        to output: InheritedDescriptor,
        isOurs: Bool
    ) throws(Failure) {
        try? peer.descriptor.setNonBlocking(true)
        let filters = try Filters(options.content, peer)
        let interval = options.content.interval
        var ending = options.ending
        // The end of a program is the end of what we send, and a peer of datagrams sees no other.
        if isOurs { ending.closesAfterInput = true }
        if isOurs && peer.kind == .datagrams { ending.staysAfterInput = ending.staysAfterInput ?? .seconds(0) }
        let relay = Relay(
            sending: Channel(from: Stream(input), to: peer, filters: filters.sending, lineInterval: interval),
            receiving: Channel(from: peer, to: Stream(output), filters: filters.receiving, lineInterval: interval),
            rules: RelayRules(
                ending: ending,
                idleLimit: options.endpoint.idleLimit ?? options.endpoint.timeout,
                endsWithPeer: endsWithPeer && !isOurs,
                passesPeersEnd: isOurs,
                closesOutput: ending.closesOutput && !isOurs
            )
        )
        if options.content.showsProgress && InheritedDescriptor.standardError.isTerminal {
            relay.progress = Progress(input: input)
        }
        let start = Instant.now
        relay.run(console)
        if let error = relay.peerError, options.content.statistics != .none || console.isVerbose {
            if error != .connectionReset { console.complain("receive: \(error.message)") }
        }
        if relay.wasTruncated { console.note("TLS: the peer closed the connection without saying so") }
        let figures = Statistics(sent: relay.sent, received: relay.received, time: start.elapsed)
        if let text = figures.text(options.content.statistics) { console.say(text) }
        if options.ending.failsOnReset && relay.peerError == .connectionReset {
            var failure = Failure(Errno.connectionReset.message)
            failure.isOfNetwork = true
            throw failure
        }
    }
}

extension Options {
    /// Whether bytes pass as they are.
    var isPlain: Bool { !tls.isWanted && content == ContentOptions() }

    /// Whether a program can have the socket itself.
    fileprivate var isTransparent: Bool { isPlain && ending.staysAfterInput == nil && endpoint.idleLimit == nil }
}

/// The filters of both directions that the options ask for.
struct Filters {
    /// For what is sent.
    private(set) var sending: [ByteFilter] = []
    /// For what is received.
    private(set) var receiving: [ByteFilter] = []

    /// Makes the filters; files that they write to are opened.
    init(_ options: ContentOptions, _ peer: Stream) throws(Failure) {
        if options.sendsCarriageReturns { sending.append(CarriageReturnFilter()) }
        if options.answersTelnet {
            receiving.append(
                TelnetFilter { answer in
                    let buffer = Buffer(capacity: answer.count)
                    buffer.replace(with: answer)
                    _ = try? peer.write(from: buffer, limit: .max)
                }
            )
        }
        if let path = options.dumpPath {
            let file = try RecordFile(path, appends: options.appendsOutput)
            sending.append(DumpFilter(file, .sent))
            receiving.append(DumpFilter(file, .received))
        }
        if let path = options.plainDumpPath {
            let filter = PlainDumpFilter(try RecordFile(path, appends: options.appendsOutput))
            sending.append(filter)
            receiving.append(filter)
        }
        if let path = options.outputPath {
            let filter = CopyFilter(try RecordFile(path, appends: options.appendsOutput))
            sending.append(filter)
            receiving.append(filter)
        }
    }
}
