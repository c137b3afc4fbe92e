// SPDX-License-Identifier: Apache-2.0

/// The service manager that started this process, if it wants to know the state (sd_notify(3)).
package enum ServiceManager {
    /// What it is told.
    package enum State {
        /// The start is complete, or the reload.
        case ready
        /// The configuration is read again.
        case reloading
        /// The end has begun.
        case stopping
        /// This process is the main process of the service.
        case mainProcess(Int32)
        /// A line for people, without a newline in it.
        case status(ByteString)
        /// The process is alive.
        case watchdog

        var text: ByteString {
            switch self {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Instant.now.microseconds)"
            case .stopping: "STOPPING=1"
            case .mainProcess(let identifier): "MAINPID=\(identifier)"
            case .status(let line): "STATUS=\(line)"
            case .watchdog: "WATCHDOG=1"
            }
        }
    }

    /// Where it listens, from the environment: a path, an abstract name after `@`, or an address that begins with
    /// `vsock`; nil if it does not want to know.
    package static var place: ByteString? {
        guard let place = Environment.value(of: variable), !place.isEmpty else { return nil }
        return place
    }

    /// Removes it from the environment, so that nobody is told.
    package static func forget() { Environment.remove(variable) }

    private static var variable: ByteString { "NOTIFY_SOCKET" }

    /// How many microseconds it waits for a sign of life at most; nil if it does not wait for one of this process
    /// (sd_watchdog_enabled(3)).
    package static var watchdogTimeout: Int64? {
        guard let text = Environment.value(of: "WATCHDOG_USEC"),
            let number = Digits.number(text, upTo: UInt64(Int64.max)), number > 0
        else { return nil }
        if let owner = Environment.value(of: "WATCHDOG_PID"), owner != ByteString(decimal: CurrentProcess.identifier) {
            return nil
        }
        return Int64(number)
    }

    /// Tells it the state, if it wants to know.
    package static func tell(_ state: State) throws(Errno) {
        if let place { try tell(state, at: place) }
    }

    /// Tells the state to whoever listens at `place`.
    ///
    /// Throws EAFNOSUPPORT for a place that is neither a path nor an abstract name.
    package static func tell(_ state: State, at place: ByteString) throws(Errno) {
        guard place.hasPrefix("/") || place.hasPrefix("@") else { throw .addressFamilyNotSupported }
        let socket = try FileDescriptor.unixSocket(datagrams: true)
        try socket.connect(to: UnixAddress(place))
        try socket.send(state.text.bytes)
    }
}
