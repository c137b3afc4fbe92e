// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// What the running kernel can do, found out by trying.
package enum KernelFeatures {
    /// Whether the wait for a notification ends when no process has the filter any more (Linux 6.11), and a signal does
    /// not cancel a received notification (5.19).
    package static var endsNotificationWaits: Bool { clinux_kernel_version() >= 6_011 }

    /// Whether the attributes of a file can be read by its name in an open directory (getxattrat(2)).
    package static var hasAttributesAt: Bool { clinux_has_getxattrat() != 0 }

    /// Tests whether this process can use bpf(2), by creating a map.
    ///
    /// Throws EPERM without the privilege, and ENOSYS without the system call.
    package static func tryBpf() throws(Errno) {
        try nothingOrErrno(.bpf) { clinux_try_bpf() }
    }
}
