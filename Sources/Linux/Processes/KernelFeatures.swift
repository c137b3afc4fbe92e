// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// What the running kernel can do, found out by trying.
public enum KernelFeatures {
    /// Whether a seccomp filter can hand a call to a supervisor (seccomp(2), `SECCOMP_GET_ACTION_AVAIL`).
    public static var hasSeccompNotification: Bool { clinux_has_seccomp_notification() != 0 }

    /// Whether the attributes of a file can be read by its name in an open folder (getxattrat(2)).
    public static var hasAttributesAt: Bool { clinux_has_getxattrat() != 0 }

    /// Whether a program can be loaded into the kernel at all by this process (bpf(2)).
    ///
    /// Throws EPERM without the right to, and ENOSYS without the system call.
    public static func tryBpf() throws(Errno) {
        try nothingOrErrno(.prctl) { clinux_try_bpf() }
    }
}
