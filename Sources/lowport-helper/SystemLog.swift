// SPDX-License-Identifier: Apache-2.0
import LowportLinux

/// The system log, which receives every decision (syslog(3), facility authpriv).
struct SystemLog: ~Copyable {
    private var socket: FileDescriptor?
    /// The time of the last attempt to connect, in seconds.
    private var lastTry: Int64
    /// The number of lines lost since the log last accepted one.
    private var lost = 0

    /// Connects to the log, if it exists.
    init() {
        socket = try? FileDescriptor.systemLog()
        lastTry = WallClock.seconds
    }

    /// Writes the result of `line` if there is a log, preceded by the number of lost lines.
    ///
    /// If the log is full, this method waits up to half a second, so that a flood of other lines does not suppress this
    /// line. If the log stays full, later calls do not wait until the log has accepted a line again.
    mutating func write(severity: Int, _ line: () -> ByteString) {
        // At most once per second, because each attempt costs as much as a bind.
        if socketNumber == nil, WallClock.seconds != lastTry { reconnect() }
        if socketNumber == nil { return }
        if lost > 0, send("\(lost) lines were lost: the log was full", severity: 4) { lost = 0 }
        if !send(line(), severity: severity) { lost += 1 }
    }

    /// Sends one line. Returns false if the log exists and has no room; without a log, no line is lost.
    private mutating func send(_ line: ByteString, severity: Int) -> Bool {
        guard let log = socketNumber else { return true }
        // The number of authpriv is 10.
        let message: ByteString = "<\(10 << 3 | severity)>lowport-helper[\(CurrentProcess.identifier)]: \(line)"
        do throws(Errno) {
            try log.send(message.bytes)
            return true
        } catch {
            if error == .wouldBlock { return lost == 0 && send(message, toFull: log) }
            // The log was restarted and has a new socket.
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
