// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// What the running kernel can do, found out by trying.
public enum KernelFeatures {
    /// Whether a seccomp filter can hand a call to a supervisor (seccomp(2), `SECCOMP_GET_ACTION_AVAIL`).
    public static var hasSeccompNotification: Bool { clinux_has_seccomp_notification() != 0 }

    /// Whether the wait for a notification ends when no process is left to hear of (Linux 6.11), and what has been
    /// received is not given up for a signal (5.19).
    public static var endsNotificationWaits: Bool { clinux_kernel_version() >= 6_011 }

    /// Whether the attributes of a file can be read by its name in an open directory (getxattrat(2)).
    public static var hasAttributesAt: Bool { clinux_has_getxattrat() != 0 }

    /// Whether a program can be loaded into the kernel at all by this process (bpf(2)).
    ///
    /// Throws EPERM without the right to, and ENOSYS without the system call.
    public static func tryBpf() throws(Errno) {
        try nothingOrErrno(.bpf) { clinux_try_bpf() }
    }
}
