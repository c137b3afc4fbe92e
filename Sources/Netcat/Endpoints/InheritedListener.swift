// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// A listening socket that the parent process passes on (sd_listen_fds(3)): the first one, descriptor 3.
enum InheritedListener {
    private static var descriptor: InheritedDescriptor { InheritedDescriptor(3) }

    /// Whether this process has such a socket.
    static var exists: Bool {
        guard let process = Environment.value(of: "LISTEN_PID"), let count = Environment.value(of: "LISTEN_FDS") else {
            return false
        }
        return process == ByteString(decimal: CurrentProcess.identifier)
            && (try? OptionValue.number(count, in: 1...1000)) != nil
    }

    /// Takes over the descriptor, and removes the variables so that child processes do not.
    static func take() -> FileDescriptor {
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] as [ByteString] { Environment.remove(name) }
        let owned = FileDescriptor(owning: descriptor.rawValue)
        try? owned.setCloseOnExecute(true)
        return owned
    }
}
