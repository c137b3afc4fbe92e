// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Serves connections: passes each one on, gives it to a program, or relays it.
///
/// What all connections share is determined once, so that short connections cost little.
final class Conversation {
    fileprivate let options: Options
    private let console: Console
    private let endsWithPeer: Bool
    private let command: ProgramCommand?
    private let encryption: Encryption?
    private let hasFilters: Bool
    private let input = Stream(.standardInput)
    private let output = Stream(.standardOutput)

    /// Creates a conversation with the given options.
    /// - Parameter endsWithPeer: whether end of file from the peer ends a connection, as for a listener.
    init(_ options: Options, _ console: Console, endsWithPeer: Bool) {
        self.options = options
        self.console = console
        self.endsWithPeer = endsWithPeer
        command = ProgramCommand(options.role)
        encryption = options.tls.isWanted ? Encryption(options, console) : nil
        hasFilters = options.content != ContentOptions()
    }

    /// Serves `connection` to its end.
    func serve(_ connection: borrowing Connection) throws(NetcatError) {
        try serve(connection.stream, connection.peer)
    }

    /// Serves `connection` with `peer` to its end.
    func serve(_ connection: Stream, _ peer: Peer) throws(NetcatError) {
        if options.passesDescriptor { return try pass(connection.descriptor) }
        if let command {
            let isStream = !options.endpoint.usesDatagrams
            ProgramCommand.describe(connection.descriptor, peer, transport: isStream ? "TCP" : "UDP")
            // A program that reads less than a whole datagram would lose the rest of it.
            if isStream && options.isTransparent {
                return try serve(connection.descriptor, with: command)
            }
        }
        var stream = connection
        // With datagrams, the session exists before the peer is known.
        if let encryption, connection.kind != .encrypted {
            stream = try encryption.stream(over: connection, isServer: options.listens)
        }
        if let command { return try relay(stream, toProgram: command) }
        try relay(stream, from: input, to: output, isOurs: false)
    }

    /// Passes the socket to the reader of standard output (`-F`).
    private func pass(_ socket: InheritedDescriptor) throws(NetcatError) {
        if InheritedDescriptor.standardOutput.isTerminal { throw NetcatError("Cannot pass file descriptor to tty") }
        do throws(Errno) {
            try socket.setNonBlocking(false)
            try InheritedDescriptor.standardOutput.send([0], with: socket.reference)
        } catch {
            throw NetcatError("sendmsg: \(error.message)")
        }
    }

    /// Relays between a program and the peer, for a connection that the program cannot use directly.
    private func relay(_ peer: Stream, toProgram command: ProgramCommand) throws(NetcatError) {
        let relayed: Int32
        let child: Child
        do throws(Errno) {
            let pair = try FileDescriptor.socketPair()
            let ours = FileDescriptor(owning: pair.0)
            let theirs = FileDescriptor(owning: pair.1)
            child = try start(command, on: theirs.reference, endsWithUs: false)
            try theirs.close()
            try ours.setNonBlocking(true)
            relayed = ours.release()
        } catch {
            throw NetcatError("cannot start a program: \(error.message)")
        }
        // The program waits for this end to close, so it is closed here, not at some point after its last use.
        let ours = FileDescriptor(owning: relayed)
        let program = Stream(ours.reference)
        var failure: NetcatError?
        do throws(NetcatError) {
            try relay(peer, from: program, to: program, isOurs: true)
        } catch {
            failure = error
        }
        // A time limit may have ended the relay before the program, which then goes on without it.
        let hasEnded = ours.reference.isHungUp
        try? ours.close()
        if !peer.isOfMessages { LingeringClose.finish(peer.descriptor) }
        if let failure { throw failure }
        if hasEnded { try conclude(child.status) }
    }

    /// Lets a program use the socket, and closes the connection so that all that the program said arrives.
    private func serve(_ socket: InheritedDescriptor, with command: ProgramCommand) throws(NetcatError) {
        let child: Child
        ProgramDescendants.adopt()
        do throws(Errno) {
            child = try start(command, on: socket, endsWithUs: true)
        } catch {
            throw NetcatError("cannot start a program: \(error.message)")
        }
        let status = child.status
        ProgramDescendants.wait(for: socket)
        LingeringClose.finish(socket)
        try conclude(status)
    }

    /// Starts `command` in a process of its own, with `stream` as its input and output.
    /// - Parameter endsWithUs: whether the end of this process ends the program.
    private func start(
        _ command: ProgramCommand,
        on stream: InheritedDescriptor,
        endsWithUs: Bool
    ) throws(Errno) -> Child {
        // If the parent of this process ignores SIGCHLD, the status would be lost.
        CurrentProcess.restoreSignals()
        ignoreBrokenPipes()
        if let child = try CurrentProcess.fork() { return child }
        if endsWithUs { CurrentProcess.terminateWithParent() }
        command.become(on: stream).report(to: console)
        CurrentProcess.exit(1)
    }

    /// Ends with the exit status of a program.
    private func conclude(_ status: Int32) throws(NetcatError) {
        console.log("The program ended with status \(status)")
        if status == 0 { return }
        var end = NetcatError(nil)
        end.status = status
        throw end
    }

    private func relay(
        _ peer: Stream,
        from input: Stream,
        to output: Stream,
        isOurs: Bool
    ) throws(NetcatError) {
        let filters = hasFilters ? try Filters(options.content, answeringOver: peer) : Filters()
        let interval = options.content.interval
        var ending = options.ending
        // When the program ends, the peer gets end of file; with datagrams, the connection ends instead.
        if isOurs { ending.closesAfterInput = true }
        if isOurs && peer.kind == .datagrams { ending.staysAfterInput = ending.staysAfterInput ?? .seconds(0) }
        let relay = Relay(
            sending: Channel(from: input, to: peer, filters: filters.sending, lineInterval: interval),
            receiving: Channel(from: peer, to: output, filters: filters.receiving),
            rules: RelayRules(
                ending: ending,
                idleLimit: options.idleLimit,
                endsWithPeer: endsWithPeer && !isOurs,
                passesPeersEnd: isOurs,
                // Others may come whose data belongs there as well.
                closesOutput: ending.closesOutput && !isOurs && !(options.listens && options.keepsOpen),
                waitsForAnswer: ending.closesAfterInput && !options.keepsOpen
            )
        )
        if options.content.showsProgress && InheritedDescriptor.standardError.isTerminal {
            relay.progress = Progress(input: input.descriptor)
        }
        let form = options.statistics
        let start = form == .none ? nil : Instant.now
        relay.run(console)
        if let error = relay.peerError, form != .none || console.isVerbose {
            // A peer that closed the connection is not an error; with datagrams, that is reported as a refusal.
            if error != .connectionReset && error != .connectionRefused {
                console.printError("receive: \(error.message)")
            }
        }
        if let start {
            let figures = Statistics(sent: relay.sent, received: relay.received, time: start.elapsed)
            if let text = figures.text(form) { console.print(text) }
        }
        if relay.wasCutOff { try checkForNcat(relay) }
        try relay.checkCompleteness()
        try checkForNcat(relay)
        if relay.wasReset { throw NetcatError("cannot send: \(Errno.connectionReset.sentence)") }
    }
}

extension Conversation {
    /// Throws if `relay` ended in a way that is an error in ncat.
    private func checkForNcat(_ relay: Relay) throws(NetcatError) {
        guard options.dialect == .ncat else { return }
        var words: ByteString?
        switch relay.peerError {
        case .connectionReset: words = Errno.connectionReset.message
        case _ where relay.wasReset: words = Errno.connectionReset.message
        case .connectionRefused where !options.listens: words = Errno.connectionRefused.message
        case _ where relay.wasRejected: words = Errno.brokenPipe.message
        default:
            if relay.wasIdle, let limit = options.idleLimit { words = "Idle timeout expired (\(limit.rawValue) ms)" }
        }
        guard let words else { return }
        // A listener whose limit ends it is a failure of another kind.
        if options.listens && relay.wasIdle { throw NetcatError(words) }
        throw NetcatError(words, isOfNetwork: true)
    }
}

extension Child {
    /// The exit status, after its end; 1 if nobody knows it.
    fileprivate var status: Int32 { (try? waitForEnd()) ?? 1 }
}

extension Options {
    /// Whether bytes pass unchanged.
    var isPlain: Bool { !tls.isWanted && content == ContentOptions() }

    /// Whether a program can use the socket directly.
    fileprivate var isTransparent: Bool { isPlain && ending.staysAfterInput == nil && endpoint.idleLimit == nil }
}
