// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The service manager that started this process, if it wants to know the state (sd_notify(3), `NOTIFY_SOCKET`).
enum ServiceManager {
    /// What it is told.
    enum State {
        case ready, reloading, stopping

        fileprivate var text: ByteString {
            switch self {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Instant.now.microseconds)"
            case .stopping: "STOPPING=1"
            }
        }
    }

    /// Tells it the state; reports if that fails. The variable may name a path or, after `@`, an abstract name.
    static func tell(_ state: State, _ console: Console) {
        guard let place = Environment.value(of: "NOTIFY_SOCKET"), !place.isEmpty else { return }
        do throws(Errno) {
            let socket = try FileDescriptor.unixSocket(datagrams: true)
            try socket.connect(to: UnixAddress(place))
            try socket.write(state.text)
        } catch {
            console.printError("cannot notify \(place): \(error.sentence)")
        }
    }
}
