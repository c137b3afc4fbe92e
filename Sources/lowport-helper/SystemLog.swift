// SPDX-License-Identifier: Apache-2.0

/// The log of the machine, which hears of every decision (syslog(3), facility authpriv).
struct SystemLog: ~Copyable {
    private var socket: FileDescriptor?
    /// When the log was last looked for, in seconds.
    private var lastTry: Int64

    /// Connects to the log, if there is one.
    init() {
        socket = try? FileDescriptor.systemLog()
        lastTry = WallClock.seconds
    }

    /// Writes what became of a bind. Nobody waits for the log: if it is full or gone, the line is lost.
    mutating func write(
        _ outcome: (reply: HelperReply, decision: Decision, request: BindRequest),
        at address: SocketAddress,
        thread: Int32
    ) {
        // Not more than once in a second, since each try costs as much as a bind.
        if socketNumber == nil, WallClock.seconds != lastTry { reconnect() }
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
        do throws(Errno) {
            try log.send(message.bytes)
        } catch {
            // It is full, and the line is lost; or it was started anew, and has another socket.
            if error == .wouldBlock { return }
            reconnect()
            try? socketNumber?.send(message.bytes)
        }
    }

    private mutating func reconnect() {
        socket = try? FileDescriptor.systemLog()
        lastTry = WallClock.seconds
    }

    private var socketNumber: InheritedDescriptor? {
        switch socket {
        case .some(let socket): InheritedDescriptor(socket.rawValue)
        case .none: nil
        }
    }
}
