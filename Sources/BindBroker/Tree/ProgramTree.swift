// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The processes of a program whose supervisor has to be its ancestor:
///
///     stand-in          has the process number that the starter knows
///     └ supervisor      answers the binds
///       └ reaper        parent of the program, and of what its descendants leave behind
///         └ program
///
/// The program keeps its process group, in which neither the stand-in nor the reaper stays: what is typed, and what is
/// sent to the group, reaches it once, and the stand-in forwards what is sent to itself alone.
enum ProgramTree {
    /// Makes the tree, and returns in the program; in the process that calls it only by an error.
    /// - Parameters:
    ///   - supervise: the life of the supervisor, with its end of a channel to the program.
    ///   - begin: what the program does first, with the other end.
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
            // If the reaper is killed, the program is the stand-in's.
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
            // The starter goes on as it was; below it nobody begins, since nobody says so.
            try? CurrentProcess.adoptOrphans(false)
            signals.release()
            throw error
        }
        // From here on only the program returns; whatever fails is an end of a channel to the others.
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
        // An end that this process kept open would keep the others from seeing that one of them is gone.
        supervisorEnd = nil
        reaperEnd = nil
        _ = consume start
        _ = consume changes
        // When the stand-in has left the group it says so. If it is gone instead, or has given up, this is nobody's program:
        // the starter may start it in another way.
        guard let end = programEnd.take(), let word = try? end.receive(limit: 1) else { CurrentProcess.exit(1) }
        _ = consume word
        seat.take()
        sendOwnIdentifier(insteadOf: starter)
        signals.release()
        try begin(binds)
    }

    /// Puts the number of the program into the variables by which it finds out that they are meant for it
    /// (sd_listen_fds(3), sd_watchdog_enabled(3), systemd.exec(5)).
    private static func sendOwnIdentifier(insteadOf starter: Int32) {
        for name in ["LISTEN_PID", "WATCHDOG_PID", "SYSTEMD_EXEC_PID"] as [ByteString]
        where Environment.value(of: name) == ByteString(decimal: starter) {
            try? Environment.set(name, to: ByteString(decimal: CurrentProcess.identifier))
        }
    }
}

/// Where a process sits at its terminal: its group, and whether what is typed comes to it.
struct TerminalSeat {
    /// Whether the process cannot leave its group: it leads its session; or it is process 1 of a namespace, which does not
    /// end before all process numbers of the namespace are free, also that of the group that it would be in.
    let stays: Bool
    private let isInForeground: Bool

    /// That of this process.
    static var current: TerminalSeat {
        let stays = CurrentProcess.isSessionLeader || CurrentProcess.identifier == 1
        guard stays, let terminal = ControllingTerminal() else {
            return TerminalSeat(stays: stays, isInForeground: false)
        }
        return TerminalSeat(stays: true, isInForeground: terminal.foreground == CurrentProcess.group)
    }

    /// Sits the program down: it stays in the group unless the stand-in cannot leave it.
    func take() {
        guard stays else { return }
        try? CurrentProcess.join(nil)
        if isInForeground { try? ControllingTerminal()?.setForeground(CurrentProcess.group) }
    }

    /// Leaves it to the program, and joins `group` instead.
    func leave(for group: ProcessGroupID) {
        if !stays { try? CurrentProcess.join(group) }
    }
}
