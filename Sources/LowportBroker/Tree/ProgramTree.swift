// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The processes of a program whose supervisor must be its ancestor:
///
///     stand-in          has the original process ID, which the starter knows
///     └ supervisor      answers the binds
///       └ reaper        parent of the program, and of its orphaned descendants
///         └ program
///
/// The program keeps its process group; the stand-in and the reaper leave it. Terminal input and signals to the group
/// therefore reach the program once, and the stand-in forwards the signals that are sent to it alone.
enum ProgramTree {
    /// Creates the tree, and returns in the program; in the calling process it returns only by throwing.
    /// - Parameters:
    ///   - supervise: runs the supervisor, with its end of a channel to the program.
    ///   - begin: the first step of the program, with the other end.
    static func grow(
        supervise: (InheritedDescriptor) throws(Errno) -> Void,
        begin: (borrowing FileDescriptor) throws(Errno) -> Void
    ) throws(Errno) {
        let starter = CurrentProcess.identifier
        let seat = TerminalSeat.current
        var supervisorEnd: FileDescriptor?
        var reaperEnd: FileDescriptor?
        var programEnd: FileDescriptor?
        let binds = try FileDescriptor.messageChannel(peer: &supervisorEnd)
        let changes = try FileDescriptor.messageChannel(peer: &reaperEnd)
        let start = try FileDescriptor.messageChannel(peer: &programEnd)
        var signals = HeldSignals()
        do throws(Errno) {
            // If the reaper is killed, the stand-in becomes the parent of the program.
            try CurrentProcess.adoptOrphans()
            if try CurrentProcess.fork() != nil {
                supervisorEnd = nil
                reaperEnd = nil
                programEnd = nil
                var standIn = try StandIn(changes, seat, &signals)
                try start.send([1])
                CurrentProcess.exit(standIn.run(&signals))
            }
        } catch {
            // The calling process continues unchanged. The program does not start without the message from the
            // stand-in.
            try? CurrentProcess.adoptOrphans(false)
            signals.release()
            throw error
        }
        // From here on, only the program returns. If another process fails, it closes its ends of the channels.
        do throws(Errno) {
            if try CurrentProcess.fork() != nil {
                try CurrentProcess.beginSession()
                guard let end = supervisorEnd.take() else { throw .badFileDescriptor }
                try supervise(InheritedDescriptor(end.release()))
                CurrentProcess.exit(0)
            }
            try CurrentProcess.adoptOrphans()
            if let program = try CurrentProcess.fork() {
                guard let end = reaperEnd.take() else { throw .badFileDescriptor }
                let channel = InheritedDescriptor(end.release())
                var reaper = try Reaper(of: program.identifier, for: starter, reportingTo: channel, &signals)
                reaper.run(signals)
                CurrentProcess.exit(0)
            }
        } catch { CurrentProcess.exit(1) }
        // If this process kept these ends open, the other processes could not detect that one of them has exited.
        supervisorEnd = nil
        reaperEnd = nil
        _ = consume start
        _ = consume changes
        // The stand-in sends a message once it has left the group. If it has exited or given up instead, this program
        // must not start: the calling process may start it in another way.
        guard let end = programEnd.take(), let word = try? end.receive(limit: 1) else { CurrentProcess.exit(1) }
        _ = consume word
        seat.take()
        sendOwnIdentifier(insteadOf: starter)
        signals.release()
        try begin(binds)
    }

    /// Updates the variables that contain the process ID of the program they are meant for (sd_listen_fds(3),
    /// sd_watchdog_enabled(3), systemd.exec(5)).
    private static func sendOwnIdentifier(insteadOf starter: Int32) {
        for name in ["LISTEN_PID", "WATCHDOG_PID", "SYSTEMD_EXEC_PID"] as [ByteString]
        where Environment.value(of: name) == ByteString(decimal: starter) {
            try? Environment.set(name, to: ByteString(decimal: CurrentProcess.identifier))
        }
    }
}

/// A process's place at its terminal: its process group, and whether that group receives the terminal's input.
struct TerminalSeat {
    /// Whether the process cannot leave its group: either it leads its session, or it is process 1 of a namespace.
    /// Process 1 does not end before all process IDs of the namespace are free, including the ID of the group that it
    /// would join.
    let stays: Bool
    private let isInForeground: Bool

    /// The place of this process.
    static var current: TerminalSeat {
        let stays = CurrentProcess.isSessionLeader || CurrentProcess.identifier == 1
        guard stays, let terminal = ControllingTerminal() else {
            return TerminalSeat(stays: stays, isInForeground: false)
        }
        return TerminalSeat(stays: true, isInForeground: terminal.foreground == CurrentProcess.group)
    }

    /// Gives the place to the program: the program stays in the group, unless the stand-in cannot leave it. In that
    /// case, the program gets a group of its own.
    func take() {
        guard stays else { return }
        try? CurrentProcess.join(nil)
        if isInForeground { try? ControllingTerminal()?.setForeground(CurrentProcess.group) }
    }

    /// Leaves the place to the program, and joins `group` instead.
    func leave(for group: ProcessGroupID) {
        if !stays { try? CurrentProcess.join(group) }
    }
}
