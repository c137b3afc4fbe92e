// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// A socket that our starter listens on and hands over (sd_listen_fds(3)): the first one, descriptor 3.
enum InheritedListener {
    private static var descriptor: InheritedDescriptor { InheritedDescriptor(3) }

    /// Whether there is one, for this process.
    static var exists: Bool {
        guard let process = Environment.value(of: "LISTEN_PID"), let count = Environment.value(of: "LISTEN_FDS") else {
            return false
        }
        return process == ByteString(decimal: CurrentProcess.identifier)
            && (try? OptionValue.number(count, in: 1...1000)) != nil
    }

    /// Takes the descriptor over, and removes the variables so that programs started from here do not.
    static func take() -> FileDescriptor {
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] as [ByteString] { Environment.remove(name) }
        let owned = FileDescriptor(owning: descriptor.rawValue)
        try? owned.setCloseOnExecute(true)
        return owned
    }
}
