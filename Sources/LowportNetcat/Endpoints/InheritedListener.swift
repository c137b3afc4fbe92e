// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The listening sockets that the parent process passes on (sd_listen_fds(3)): descriptor 3 and those after it.
enum InheritedListener {
    /// The first of the descriptors.
    static var firstDescriptor: Int32 { 3 }

    /// How many there are, until one is taken.
    static var count: Int {
        guard let process = Environment.value(of: "LISTEN_PID"), let count = Environment.value(of: "LISTEN_FDS"),
            process == ByteString(decimal: CurrentProcess.identifier)
        else { return 0 }
        return (try? OptionValue.number(count, in: 1...1000)) ?? 0
    }

    /// Whether this process has such a socket.
    static var exists: Bool { count > 0 }

    /// Takes over one of the descriptors, and removes the variables so that child processes do not.
    /// - Parameter index: which one, counted from 0.
    static func take(_ index: Int = 0) -> FileDescriptor {
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] as [ByteString] { Environment.remove(name) }
        let owned = FileDescriptor(owning: firstDescriptor + Int32(index))
        try? owned.setCloseOnExecute(true)
        return owned
    }
}
