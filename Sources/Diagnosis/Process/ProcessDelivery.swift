// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// How the binds of a process come to the helper.
enum ProcessDelivery: Hashable, Sendable {
    /// They do not.
    case none
    /// It has one of the libraries mapped that replace `bind`.
    case library
    /// A supervisor answers its binds.
    case broker
}

extension ProcessDelivery {
    /// Finds out how the binds of `process` come to the helper, as far as this process may see.
    init(of process: Int32, _ credentials: ProcessCredentials) {
        if Self.isSupervised(credentials) {
            self = .broker
        } else {
            self = Self.isPreloaded(process) ? .library : .none
        }
    }

    private static func isPreloaded(_ process: Int32) -> Bool {
        guard let maps = try? FileDescriptor.open("/proc/\(process)/maps", .readOnly).readToEnd(limit: 64 << 20)
        else { return false }
        return ByteString(maps).split(on: 0x0A).contains {
            $0.hasSuffix("/liblowport-preload.so") || $0.hasSuffix("/libauthbind.so.1")
        }
    }

    /// Whether the process has a filter, as the broker installs one, and its user a supervisor that listens.
    ///
    /// The kernel does not say whose filter a listener belongs to, so that the supervisor of another tree of programs of
    /// the same user is taken for it.
    private static func isSupervised(_ credentials: ProcessCredentials) -> Bool {
        guard credentials.hasSeccompFilter else { return false }
        return RunningProcess.all.contains { process in
            ["lowport-run", "authbind"].contains(RunningProcess.name(of: process))
                && (try? ProcessCredentials(of: process))?.user == credentials.user
                && RunningProcess.hasOpen("anon_inode:seccomp notify", process)
        }
    }
}
