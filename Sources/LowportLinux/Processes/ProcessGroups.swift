// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A process group ID (credentials(7)).
package struct ProcessGroupID: RawRepresentable, Hashable, Sendable {
    /// The number: the ID of the process that was its first member.
    package let rawValue: Int32

    /// Creates the group with the number `rawValue`.
    package init(rawValue: Int32) { self.rawValue = rawValue }
}

extension CurrentProcess {
    /// The process group of this process (getpgrp(2)).
    package static var group: ProcessGroupID { ProcessGroupID(rawValue: getpgrp()) }

    /// Whether this process leads its session, and so may not change its group (setpgid(2)).
    package static var isSessionLeader: Bool { getsid(0) == getpid() }

    /// Moves this process to another group of its session, or for nil to a new group of its own.
    ///
    /// The corresponding system call is setpgid(2).
    package static func join(_ group: ProcessGroupID?) throws(Errno) {
        try nothingOrErrno(.setIdentity) { setpgid(0, group?.rawValue ?? 0) }
    }

    /// Creates a session without a terminal. The caller must not lead a group.
    ///
    /// The corresponding system call is setsid(2).
    package static func beginSession() throws(Errno) { try nothingOrErrno(.setIdentity) { setsid() } }

    /// Sets whether this process, instead of process 1, becomes the parent of orphaned descendants
    /// (`PR_SET_CHILD_SUBREAPER`, prctl(2)).
    package static func adoptOrphans(_ adopts: Bool = true) throws(Errno) {
        try nothingOrErrno(.prctl) { clinux_prctl(PR_SET_CHILD_SUBREAPER, adopts ? 1 : 0, 0, 0, 0) }
    }
}

/// The controlling terminal of this process.
package struct ControllingTerminal: ~Copyable {
    private let terminal: FileDescriptor

    /// Opens it; nil if the process has none (tty(4)).
    package init?() {
        guard let terminal = try? FileDescriptor.open("/dev/tty", [.readWrite, .nonBlocking]) else { return nil }
        self.terminal = terminal
    }

    /// The foreground process group (tcgetpgrp(3)).
    package var foreground: ProcessGroupID { ProcessGroupID(rawValue: tcgetpgrp(terminal.rawValue)) }

    /// Sets the foreground group. A background caller must block SIGTTOU, or is stopped (tcsetpgrp(3)).
    package func setForeground(_ group: ProcessGroupID) throws(Errno) {
        let terminal = terminal.rawValue
        try nothingOrErrno(.setIdentity) { tcsetpgrp(terminal, group.rawValue) }
    }
}
