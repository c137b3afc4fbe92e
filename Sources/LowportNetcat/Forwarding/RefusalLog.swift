// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Reports what happens to many clients, but not to each one: a server that is down would fill the log. The processes of a
/// forwarder report as if they were one.
struct RefusalLog {
    private let shared: SharedNumbers
    /// When this process is to report something.
    private(set) var dueAt: Instant?
    /// What it is to report.
    private var line: ByteString = ""

    // The time of the next report, and how many refusals there were since the last.
    private static var nextReport: Int { 0 }
    private static var unreported: Int { 1 }
    private static var interval: Milliseconds { .seconds(10) }

    /// Creates a log for this process and those that it forks.
    init() throws(Errno) { shared = try SharedNumbers(count: 2) }

    /// Reports `line`, now or with others later.
    mutating func note(_ line: ByteString, _ console: Console) {
        if takesTurn() { return console.printError(line) }
        shared.add(1, to: RefusalLog.unreported)
        self.line = line
        dueAt = dueAt ?? Instant.now + RefusalLog.interval
    }

    /// Reports what was not reported yet, once it is time.
    mutating func report(_ console: Console) {
        guard let dueAt, dueAt <= Instant.now else { return }
        // Another process may have reported it.
        let count = shared[RefusalLog.unreported]
        if count > 0 && !takesTurn() { return self.dueAt = Instant.now + RefusalLog.interval }
        self.dueAt = nil
        if count == 0 { return }
        shared.add(-count, to: RefusalLog.unreported)
        console.printError("\(line) (\(count) times more)")
    }

    /// Whether this process is the one that reports now; there is none within the interval after a report.
    private func takesTurn() -> Bool {
        let now = Instant.now
        let next = shared[RefusalLog.nextReport]
        guard now.microseconds >= next else { return false }
        return shared.replace(next, with: (now + RefusalLog.interval).microseconds, at: RefusalLog.nextReport)
    }
}
