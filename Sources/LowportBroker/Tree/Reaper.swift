// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The parent of the program: it collects its ended children, reports the program's state changes to the stand-in, and
/// lives until no child is left.
struct Reaper: ~Copyable {
    private let program: Int32
    private let standIn: Int32
    private let channel: FileDescriptor
    private var hasEnded = false
    private var hasStandIn = true

    /// Makes this process, which has just started `program`, its reaper.
    /// - Parameters:
    ///   - standIn: the process ID of the stand-in, which the starter knows.
    ///   - channel: the channel on which the stand-in receives reports.
    init(
        of program: Int32,
        for standIn: Int32,
        reportingTo channel: InheritedDescriptor,
        _ signals: inout HeldSignals
    ) throws(Errno) {
        CurrentProcess.name(Broker.processName)
        // Terminal input is for the program.
        try CurrentProcess.join(nil)
        let channel = try Confinement.keepOnly(channel)
        try CurrentProcess.leaveStandardDescriptors()
        try signals.listen()
        try channel.send(ReaperReport.started(program: program, reaper: CurrentProcess.identifier).bytes)
        self.channel = channel
        self.program = program
        self.standIn = standIn
    }

    /// Runs as long as there are children.
    mutating func run(_ signals: borrowing HeldSignals) {
        while collect() {
            var entries = [
                PollEntry(hasStandIn ? channel.reference : nil, []), PollEntry(signals.reference, .readable),
            ]
            guard (try? poll(&entries, timeout: nil)) != nil else { continue }
            while signals.next() != nil {}
            if !entries[0].found.isEmpty {
                hasStandIn = false
                // Ending the stand-in with a signal that cannot be forwarded is meant to end the program.
                if !hasEnded { CurrentProcess.kill(program) }
            }
        }
    }

    /// Collects children that have ended, and reports state changes of the program; false if there are no children.
    private mutating func collect() -> Bool {
        while true {
            do throws(Errno) {
                guard let (child, change) = try CurrentProcess.nextChildChange() else { return true }
                if child == program { report(change) }
            } catch { return false }
        }
    }

    private mutating func report(_ change: ProcessChange) {
        switch change {
        case .exited, .killed: hasEnded = true
        // The program may have continued in the meantime without a report. The stand-in must stop again, or its parent
        // sees no change.
        case .stopped: if hasStandIn { CurrentProcess.resume(standIn) }
        case .continued: break
        }
        try? channel.send(ReaperReport.changed(change).bytes)
        // After the report: see `HeldSignals.stop`.
        if change == .continued, hasStandIn { CurrentProcess.resume(standIn) }
    }
}
