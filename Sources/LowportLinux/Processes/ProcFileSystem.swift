// SPDX-License-Identifier: Apache-2.0

/// The process information pseudo-filesystem that is mounted on /proc (proc(5)).
package enum ProcFileSystem {
    /// The process ID that /proc shows for this process; nil if /proc is not mounted or does not show the process.
    ///
    /// It differs from `CurrentProcess.identifier` if /proc belongs to another PID namespace (pid_namespaces(7)).
    package static var ownIdentifier: Int32? {
        guard let link = try? readLink("/proc/self") else { return nil }
        return Digits.number(link, upTo: UInt64(Int32.max)).map { Int32($0) }
    }

    /// Whether /proc shows processes with the IDs that they have in the PID namespace of this process.
    package static var isOfThisNamespace: Bool { ownIdentifier == CurrentProcess.identifier }

    /// Whether another process traces this one (`TracerPid` in proc_pid_status(5)); false if /proc does not say.
    package static var showsTracer: Bool {
        guard let text = try? FileDescriptor.open("/proc/self/status", .readOnly).read(upTo: 4096) else { return false }
        return StatusText(text).numbers("TracerPid") ?? [0] != [0]
    }

    /// Why processes cannot be found in /proc if `isOfThisNamespace` is false, as a sentence.
    package static var mismatch: ByteString { "/proc is not mounted, or belongs to another PID namespace" }
}
