// SPDX-License-Identifier: Apache-2.0

/// The security module that restricts inspecting processes of the same user (Yama, ptrace(2)).
package enum Yama {
    /// The name of its setting for sysctl(8).
    package static var key: ByteString { "kernel.yama.ptrace_scope" }

    /// The setting: 0 forbids nothing, at 1 only ancestors may inspect a process, at 2 only root, at 3 no process.
    ///
    /// Nil if the kernel has no Yama, or if the setting cannot be read.
    package static var scope: Int? {
        guard let content = try? FileDescriptor.open("/proc/sys/kernel/yama/ptrace_scope", .readOnly).read(upTo: 32)
        else { return nil }
        return KernelSetting.number(in: content, upTo: UInt64(Int32.max)).map { Int($0) }
    }

    /// Whether the setting can be changed: 3 stays until the machine reboots.
    package static func canBeChanged(scope: Int) -> Bool { scope < 3 }
}
