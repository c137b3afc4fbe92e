// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The process that represents the program to its starter, under the original process ID: it ends and stops as the
/// program does, and forwards signals.
struct StandIn: ~Copyable {
    /// Where the reports come; nil when the reaper is gone.
    private var changes: FileDescriptor?
    private let program: Int32
    private let reaper: Int32
    private var status: Int32?

    /// Makes this process the stand-in of the program started by the reaper at the other end of `channel`.
    ///
    /// If there is no program, it throws and leaves this process unchanged.
    init(_ channel: consuming FileDescriptor, _ seat: TerminalSeat, _ signals: inout HeldSignals) throws(Errno) {
        guard let message = try channel.receive(limit: ReaperReport.size),
            case .started(let program, let reaper) = ReaperReport(message.bytes)
        else { throw .wouldBlock }
        try signals.listen()
        self.program = program
        self.reaper = reaper
        seat.leave(for: ProcessGroupID(rawValue: reaper))
        // A service manager that cannot be told keeps to the process that it has started.
        try? ServiceManager.tell(.mainProcess(program))
        // Terminal input up to this point has reached the program as well.
        while let signal = signals.next() {
            if !signal.isFromKernel, !signal.tellsOfChild { try? signal.forward(to: program) }
        }
        changes = consume channel
    }

    /// Runs until the program ends. If a signal ended the program, the same signal ends this process.
    /// - Returns: the exit status of the program.
    mutating func run(_ signals: inout HeldSignals) -> Int32 {
        do throws(Errno) { try leaveDescriptors(&signals) } catch {
            // Without the reports, this process cannot stand in for the program.
            CurrentProcess.kill(program)
            return 125
        }
        while status == nil {
            // If the reaper is gone, the program is about to become a child of this process, without any notification.
            let reports = reports
            let wait: Milliseconds? = reports == nil ? Milliseconds(rawValue: 10) : nil
            var entries = [PollEntry(reports, .readable), PollEntry(signals.reference, .readable)]
            guard (try? poll(&entries, timeout: wait)) != nil else { continue }
            if let reports, entries[0].isReadable {
                if let message = try? reports.receive(limit: ReaperReport.size) {
                    if case .changed(let change) = ReaperReport(message.bytes) { follow(change, signals) }
                } else {
                    changes = nil
                }
            }
            // Send nothing to a program that has ended: its process ID may be in use again.
            while status == nil, let signal = signals.next() { pass(signal) }
            collect(signals)
        }
        return status ?? 125
    }

    /// What is readable when a report came; nil when the reaper is gone.
    private var reports: InheritedDescriptor? {
        switch changes {
        case .some(let open): open.reference
        case nil: nil
        }
    }

    /// What the program has open, such as ends of pipes and sockets that listen, is the program's alone.
    private mutating func leaveDescriptors(_ signals: inout HeldSignals) throws(Errno) {
        signals.stopListening()
        guard let open = changes.take() else { return }
        changes = try Confinement.keepOnly(InheritedDescriptor(open.release()))
        try CurrentProcess.leaveStandardDescriptors()
        try signals.listen()
    }

    private mutating func follow(_ change: ProcessChange, _ signals: borrowing HeldSignals) {
        switch change {
        case .exited(let status): self.status = status
        case .killed(let signal): signals.end(by: signal)
        case .stopped(let signal):
            // Any further report means that the program is no longer stopped.
            let reports = reports
            signals.stop(by: signal) { (try? reports?.wait(for: .readable, until: .now)) ?? false }
        case .continued: break
        }
    }

    private func pass(_ signal: ReceivedSignal) {
        if signal.tellsOfChild || signal.continues && signal.sender == reaper { return }
        try? signal.forward(to: program)
    }

    /// Collects children that have ended: the supervisor and, if the reaper was killed, the program.
    private mutating func collect(_ signals: borrowing HeldSignals) {
        do throws(Errno) {
            while let (child, change) = try CurrentProcess.nextChildChange() {
                if child == program { follow(change, signals) }
            }
        } catch {
            // The exit status of the program is unknown.
            if status == nil, reports == nil, !CurrentProcess.exists(program) { status = 125 }
        }
    }
}
