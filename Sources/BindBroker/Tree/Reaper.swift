// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The parent of the program: it collects what ends below it, tells the stand-in what becomes of the program, and stays
/// until nothing is left.
struct Reaper: ~Copyable {
    private let program: Int32
    private let standIn: Int32
    private let channel: FileDescriptor
    private var hasEnded = false
    private var hasStandIn = true

    /// Makes this process, which has just started `program`, its reaper.
    /// - Parameters:
    ///   - standIn: who has the process number that the starter knows.
    ///   - channel: where it hears of the program.
    init(
        of program: Int32,
        for standIn: Int32,
        reportingTo channel: InheritedDescriptor,
        _ signals: inout HeldSignals
    ) throws(Errno) {
        // What is typed is for the program.
        try CurrentProcess.join(nil)
        let channel = try Confinement.keepOnly(channel)
        try CurrentProcess.leaveStandardDescriptors()
        try signals.listen()
        try channel.send(ReaperReport.started(program: program, reaper: CurrentProcess.identifier).bytes)
        self.channel = channel
        self.program = program
        self.standIn = standIn
    }

    /// Lives as long as there are children.
    mutating func run(_ signals: borrowing HeldSignals) {
        while collect() {
            var entries = [
                PollEntry(hasStandIn ? channel.reference : nil, []), PollEntry(signals.reference, .readable),
            ]
            guard (try? poll(&entries, timeout: nil)) != nil else { continue }
            while signals.next() != nil {}
            if !entries[0].found.isEmpty {
                hasStandIn = false
                // Who ends the stand-in by a signal that cannot be passed on means the program.
                if !hasEnded { CurrentProcess.kill(program) }
            }
        }
    }

    /// Collects children that have ended, and reports what became of the program; false if there are no children.
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
        // It may have gone on in between, of which nothing told: the stand-in has to stop anew, or its parent sees nothing.
        case .stopped: if hasStandIn { CurrentProcess.resume(standIn) }
        case .continued: break
        }
        try? channel.send(ReaperReport.changed(change).bytes)
        // Behind the report: see `HeldSignals.stop`.
        if change == .continued, hasStandIn { CurrentProcess.resume(standIn) }
    }
}
