// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLinux

/// Tells the users of programs, on their standard error, that a bind was refused: each process once.
final class RefusalNotice {
    /// The standard error that gets the line even if it is no terminal: that of the command that started the programs.
    private let verboseOutput: FileStatus?
    /// The processes that have the line, up to a number; the others then have none.
    private var told: [Int32] = []

    init(verboseOutput: FileStatus?) { self.verboseOutput = verboseOutput }

    /// Writes the line to the standard error of the thread that waits in the call, if it is a terminal.
    ///
    /// Never waits: what cannot be written at once is not written.
    func tell(_ thread: Int32, _ refusal: Errno, _ bind: PendingBind) {
        guard told.count < 64, let process = Self.process(of: thread), !told.contains(process) else { return }
        told.append(process)
        guard let caller = try? HeldThread(thread), let output = try? caller.descriptor(2),
            output.isTerminal || isVerboseOutput(output.reference),
            (try? output.wait(for: .writable, until: .now)) == true
        else { return }
        var transport = TransportProtocol.other
        if let socket = try? caller.descriptor(bind.descriptor), let known = try? socket.transportProtocol() {
            transport = known
        }
        try? output.write(Self.line(refusal, bind.address, transport))
    }

    private static func process(of thread: Int32) -> Int32? {
        guard let status = try? FileDescriptor.open("/proc/\(thread)/status", .readOnly) else { return nil }
        return (try? ProcessStatus(of: status))?.process
    }

    private func isVerboseOutput(_ output: InheritedDescriptor) -> Bool {
        guard let verboseOutput, let status = try? output.status() else { return false }
        return status.isOfSameFile(as: verboseOutput)
    }

    private static func line(
        _ refusal: Errno,
        _ address: SocketAddress,
        _ transport: TransportProtocol
    ) -> ByteString {
        let user = CurrentProcess.realUser
        let name = Accounts.name(of: user)?.escaped ?? "uid \(user)"
        let place: ByteString = address.address == .v4(.any) ? "" : " on \(address.address)"
        var options = ByteString()
        if transport == .udp { options += " --udp" }
        if address.address != .v4(.any) { options += " --on \(address.address)" }
        let reason: ByteString
        if refusal == .notPermitted {
            reason = "no rule"
        } else if refusal == .permissionDenied {
            reason = "a file in /etc/authbind is there, but may not be executed"
        } else {
            reason = refusal.sentence
        }
        let word: ByteString = transport.isWord ? transport.name : "port"
        return
            "lowport: refused \(word) \(address.port)\(place) to \(name): \(reason); see: lowport explain \(address.port)\(options)\n"
    }
}
