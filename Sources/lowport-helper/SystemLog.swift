// SPDX-License-Identifier: Apache-2.0

/// The log of the machine, which hears of every decision (syslog(3), facility authpriv).
struct SystemLog: ~Copyable {
    private let socket: FileDescriptor?

    /// Connects to the log, if there is one.
    init() { socket = try? FileDescriptor.systemLog() }

    /// Writes what became of a bind. Nobody waits for the log: if it is full or gone, the line is lost.
    func write(
        _ outcome: (reply: HelperReply, decision: Decision, request: BindRequest),
        at address: SocketAddress,
        thread: Int32
    ) {
        guard let log = socketNumber else { return }
        let program = (try? ProcessName.of(thread)) ?? "?"
        let line = DecisionLog.line(
            outcome.decision,
            outcome.request,
            address: address,
            error: outcome.reply.error,
            program: program,
            process: thread
        )
        // authpriv is 10; a grant is informational (6), all else a notice (5): syslog(3).
        let priority = outcome.reply == .bound ? 10 << 3 | 6 : 10 << 3 | 5
        let message: ByteString = "<\(priority)>lowport-helper[\(CurrentProcess.identifier)]: \(line)"
        try? log.send(message.bytes)
    }

    private var socketNumber: InheritedDescriptor? {
        switch socket {
        case .some(let socket): InheritedDescriptor(socket.rawValue)
        case .none: nil
        }
    }
}
