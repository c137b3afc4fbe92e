// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Serves each client in a process of its own, so that clients do not wait for each other.
struct ForkingServer {
    private let options: Options
    private let console: Console
    private let access: AccessList
    private let service: Service

    /// Creates a server.
    init(_ options: Options, _ console: Console, _ access: AccessList) {
        self.options = options
        self.console = console
        self.access = access
        service = Service(options, console)
    }

    /// Serves until a signal ends the process.
    func run(_ listener: borrowing Listener) throws(NetcatError) {
        do throws(Errno) {
            try serve(listener)
        } catch {
            throw NetcatError("listen: \(error.message)")
        }
    }

    private func serve(_ listener: borrowing Listener) throws(Errno) {
        let signals = try SignalDescriptor([.child])
        try listener.socket.setNonBlocking(true)
        var children = 0
        var admission = Admission()
        while true {
            let isOpen = admission.isOpen
            var entries = [
                PollEntry(isOpen ? listener.socket.reference : nil, .readable), PollEntry(signals.reference, .readable),
            ]
            do throws(Errno) {
                _ = try poll(&entries, timeout: isOpen ? nil : admission.resumesAt?.remaining)
            } catch {
                if error != .interrupted { throw error }
            }
            // One signal may stand for several children.
            while signals.next() != nil {}
            while children > 0, try CurrentProcess.reapChild(waits: false) != nil {
                children -= 1
                admission.reopen()
            }
            if entries[0].isReadable { try accept(listener, &children, &admission) }
        }
    }

    private func accept(
        _ listener: borrowing Listener,
        _ children: inout Int,
        _ admission: inout Admission
    ) throws(Errno) {
        let connection: Connection
        do throws(Errno) {
            connection = try listener.accept()
        } catch {
            return try admission.note(error)
        }
        guard access.allows(connection.peer, console) else { return }
        guard children < options.maximumConnections else {
            console.logDenial(of: connection.peer, .limit(children))
            return
        }
        do throws(Errno) {
            guard try CurrentProcess.fork() == nil else {
                children += 1
                return
            }
        } catch {
            // The client is lost; the next ones wait until there may be another process.
            console.print("\(console.program): cannot start a process: \(error.sentence)")
            return admission.close()
        }
        CurrentProcess.restoreSignals()
        ignoreBrokenPipes()
        // This process may outlive the server, and must not keep its port.
        let inherited = FileDescriptor(owning: listener.socket.rawValue)
        try? inherited.close()
        do throws(NetcatError) {
            try service.serve(connection)
        } catch {
            error.report(to: console)
            CurrentProcess.exit(error.status ?? 1)
        }
        CurrentProcess.exit(0)
    }
}
