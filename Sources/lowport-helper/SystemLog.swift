// SPDX-License-Identifier: Apache-2.0
import Linux

/// The log of the machine, which hears of every decision (syslog(3), facility authpriv).
struct SystemLog: ~Copyable {
    private var socket: FileDescriptor?
    /// When the log was last looked for, in seconds.
    private var lastTry: Int64
    /// How many lines the log did not take since it took one.
    private var lost = 0

    /// Connects to the log, if there is one.
    init() {
        socket = try? FileDescriptor.systemLog()
        lastTry = WallClock.seconds
    }

    /// Writes what `line` gives if there is a log, and before it how many lines were lost.
    ///
    /// A log that is full is waited for, half a second at most, so that a flood of other lines does not keep this one away;
    /// one that stays full is not waited for again before it takes a line.
    mutating func write(severity: Int, _ line: () -> ByteString) {
        // Not more than once in a second, since each try costs as much as a bind.
        if socketNumber == nil, WallClock.seconds != lastTry { reconnect() }
        if socketNumber == nil { return }
        if lost > 0, send("\(lost) lines were lost: the log was full", severity: 4) { lost = 0 }
        if !send(line(), severity: severity) { lost += 1 }
    }

    /// Sends one line. Says false if the log is there and has no room; without a log there is nothing to lose.
    private mutating func send(_ line: ByteString, severity: Int) -> Bool {
        guard let log = socketNumber else { return true }
        // authpriv is 10.
        let message: ByteString = "<\(10 << 3 | severity)>lowport-helper[\(CurrentProcess.identifier)]: \(line)"
        do throws(Errno) {
            try log.send(message.bytes)
            return true
        } catch {
            if error == .wouldBlock { return lost == 0 && send(message, toFull: log) }
            // It was started anew, and has another socket.
            reconnect()
            return (try? socketNumber?.send(message.bytes)) != nil
        }
    }

    private func send(_ message: ByteString, toFull log: InheritedDescriptor) -> Bool {
        var entries = [PollEntry(log, .writable)]
        guard (try? poll(&entries, timeout: Milliseconds(rawValue: 500))) == true else { return false }
        return (try? log.send(message.bytes)) != nil
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
