// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The status of a process in `/proc/PID/status` (proc_pid_status(5)), as far as a bind depends on it.
package struct ProcessCredentials: Hashable, Sendable {
    /// The real user.
    package var user: UserID
    /// The real group and the supplementary groups.
    package var groups: [GroupID]
    /// The effective capabilities.
    package var effective: CapabilitySet
    /// The inheritable capabilities: those that a program gets if its file has them inheritable.
    package var inheritable: CapabilitySet
    /// The ambient capabilities: those that a program without file capabilities keeps.
    package var ambient: CapabilitySet
    /// The bounding set: the capabilities that file capabilities can give at most.
    package var bounding: CapabilitySet
    /// Whether programs that the process starts cannot gain privileges (`PR_SET_NO_NEW_PRIVS`).
    package var hasNoNewPrivileges: Bool
    /// Whether a seccomp filter checks the system calls of the process.
    package var hasSeccompFilter: Bool

    /// Whether another process traces this one, without the privilege that lets the programs that it starts gain any
    /// (ptrace(2), execve(2)).
    package var isTraced = false
    /// Whether the programs that root starts get no capabilities for that (`SECBIT_NOROOT`, capabilities(7)).
    package var isRootOrdinary = false

    /// Creates the status of a process.
    package init(
        user: UserID,
        groups: [GroupID],
        effective: CapabilitySet = [],
        inheritable: CapabilitySet = [],
        ambient: CapabilitySet = [],
        bounding: CapabilitySet = CapabilitySet(rawValue: .max),
        hasNoNewPrivileges: Bool = false,
        hasSeccompFilter: Bool = false
    ) {
        self.user = user
        self.groups = groups
        self.effective = effective
        self.inheritable = inheritable
        self.ambient = ambient
        self.bounding = bounding
        self.hasNoNewPrivileges = hasNoNewPrivileges
        self.hasSeccompFilter = hasSeccompFilter
    }

    /// Parses the text of `/proc/PID/status`; nil if the IDs or capabilities are missing.
    package init?(text: [UInt8]) {
        let status = StatusText(text)
        func words(_ name: ByteString) -> [UInt32]? {
            let numbers = status.numbers(name)
            let words = numbers?.compactMap { UInt32(exactly: $0) }
            return words?.count == numbers?.count ? words : nil
        }
        guard let user = words("Uid")?.first, let group = words("Gid")?.first,
            let effective = status.capabilities("CapEff"), let bounding = status.capabilities("CapBnd")
        else { return nil }
        self.init(
            user: UserID(rawValue: user),
            groups: ([group] + (words("Groups") ?? [])).map { GroupID(rawValue: $0) },
            effective: effective,
            inheritable: status.capabilities("CapInh") ?? [],
            ambient: status.capabilities("CapAmb") ?? [],
            bounding: bounding,
            hasNoNewPrivileges: status.numbers("NoNewPrivs") == [1],
            hasSeccompFilter: status.numbers("Seccomp") == [2]
        )
    }

    /// Reads the status of the process with the ID `process`.
    package init(of process: Int32) throws(Errno) {
        let file = try FileDescriptor.open("/proc/\(process)/status", .readOnly)
        let text = try file.readToEnd(limit: 1 << 20)
        guard let status = ProcessCredentials(text: text) else { throw .noSuchProcess }
        self = status
        isTraced = Self.hasWeakTracer(text)
    }

    private static func hasWeakTracer(_ text: [UInt8]) -> Bool {
        guard let tracer = StatusText(text).numbers("TracerPid")?.first, tracer != 0 else { return false }
        guard let file = try? FileDescriptor.open("/proc/\(tracer)/status", .readOnly),
            let status = try? file.readToEnd(limit: 1 << 20)
        else { return true }
        return StatusText(status).capabilities("CapEff")?.contains(.sysPtrace) != true
    }
}
