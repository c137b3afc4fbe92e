// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLinux

/// How the binds of a process reach the helper.
enum ProcessDelivery: Hashable, Sendable {
    /// The binds do not reach the helper.
    case none
    /// The process has mapped one of the libraries that replace `bind`.
    case library
    /// A supervisor answers the binds of the process.
    case broker
    /// The process asks the helper itself.
    case own
}

extension ProcessDelivery {
    /// Determines how the binds of `process` reach the helper, as far as this process may see.
    init(of process: Int32, _ credentials: ProcessCredentials) {
        if Self.isSupervised(credentials) {
            self = .broker
        } else {
            self = Self.hasLibrary(process) ? .library : .none
        }
    }

    /// Whether `process` has mapped one of the libraries, as far as this process may see.
    static func hasLibrary(_ process: Int32) -> Bool {
        guard let maps = try? FileDescriptor.open("/proc/\(process)/maps", .readOnly).readToEnd(limit: 64 << 20)
        else { return false }
        return ByteString(maps).split(on: 0x0A).contains {
            $0.hasSuffix("/liblowport-preload.so") || $0.hasSuffix("/libauthbind.so.1")
        }
    }

    /// Whether the process has a filter, like the filter of the broker, and its user has a supervisor that listens.
    ///
    /// The kernel does not show which filter a listener belongs to, so the supervisor of other programs of the same
    /// user counts as well.
    private static func isSupervised(_ credentials: ProcessCredentials) -> Bool {
        guard credentials.hasSeccompFilter else { return false }
        return RunningProcess.all.contains { process in
            [Broker.processName, "authbind"].contains(RunningProcess.name(of: process))
                && (try? ProcessCredentials(of: process))?.user == credentials.user
                && RunningProcess.hasOpen("anon_inode:seccomp notify", process)
        }
    }
}
