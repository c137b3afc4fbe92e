// SPDX-License-Identifier: Apache-2.0

/// The security module that keeps programs from looking into others of the same user (Yama, ptrace(2)).
public enum Yama {
    /// The name of its setting for sysctl(8).
    public static var key: ByteString { "kernel.yama.ptrace_scope" }

    /// The setting: at 0 nothing is forbidden, at 1 only ancestors may look into a process, at 2 only root may, at 3
    /// no process.
    ///
    /// Nil for a kernel without Yama, and where the setting cannot be read.
    public static var scope: Int? {
        guard let content = try? FileDescriptor.open("/proc/sys/kernel/yama/ptrace_scope", .readOnly).read(upTo: 32)
        else { return nil }
        return KernelSetting.number(in: content, upTo: UInt64(Int32.max)).map { Int($0) }
    }

    /// Whether a supervisor may look into the programs that it is the ancestor of.
    /// - Parameters:
    ///   - scope: the setting.
    ///   - isRoot: whether the supervisor has `CAP_SYS_PTRACE`, as root usually does.
    public static func allowsSupervision(scope: Int, isRoot: Bool) -> Bool { scope < 2 || isRoot && scope < 3 }

    /// Whether the setting can be changed: at 3 it stays until the machine is started again.
    public static func canBeChanged(scope: Int) -> Bool { scope < 3 }
}
