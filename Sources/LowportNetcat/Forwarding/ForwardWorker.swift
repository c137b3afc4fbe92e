// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// One of the processes of a forwarder that accept clients. It learns from its starter that something has changed: there are
/// processes that replace it, or clients may be waiting. It ends with its starter.
///
/// Signals are the starter's matter: those that a terminal or a service manager sends go to all processes at once.
final class ForwardWorker: Forwarder {
    private let channel: FileDescriptor
    private let places: Places
    private let generation: Int
    private var isReplaced = false

    /// Creates the worker that `post` is for.
    init(
        _ post: consuming ForwardCrew.Post,
        _ rules: ForwardRules,
        _ places: Places,
        _ access: AccessList,
        _ console: Console
    ) {
        generation = post.generation
        channel = post.channel
        self.places = places
        super.init(rules, places, access, console)
    }

    override var signals: [SignalDescriptor.Signal] { [] }

    override func begin(_ tools: ForwardTools) throws(Errno) {
        // The first message says that all processes of its generation were started.
        let message = try channel.receive(limit: 1)
        if message != nil { noteReady() }
        hear(message, tools)
        try channel.setNonBlocking(true)
        try tools.events.add(channel, .readable, token: EventToken.channel.rawValue, onChange: false)
    }

    override func handle(_ event: EventToken, _ tools: ForwardTools) {
        guard case .channel = event else { return }
        do throws(Errno) {
            while true { hear(try channel.receive(limit: 1), tools) }
        } catch {
            if error != .wouldBlock { CurrentProcess.exit(1) }
        }
    }

    /// Messages have no content: they say that it is time to look.
    private func hear(_ message: consuming ReceivedMessage?, _ tools: ForwardTools) {
        if message == nil { CurrentProcess.exit(1) }
        if places.generation == generation { return lookForClients() }
        if isReplaced { return }
        isReplaced = true
        close(tools)
        noteReady()
    }

    private func noteReady() {
        places.noteReady()
        callOthers()
    }

    override func callOthers() { try? channel.send([0]) }
}
