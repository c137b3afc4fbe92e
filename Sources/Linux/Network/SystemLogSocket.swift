// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension FileDescriptor {
    /// Connects to the machine's log, `/dev/log`. Sending there never waits.
    ///
    /// The corresponding system calls are socket(2) and connect(2).
    public static func systemLog() throws(Errno) -> FileDescriptor {
        let socket = try unixSocket(Int32(clinux_SOCK_DGRAM | clinux_SOCK_NONBLOCK))
        try socket.connect(to: UnixAddress("/dev/log"))
        return socket
    }
}

/// The name of a process (proc_pid_comm(5)).
public enum ProcessName {
    /// The name of the process or thread, at most 15 bytes.
    public static func of(_ thread: Int32) throws(Errno) -> ByteString {
        let text = try FileDescriptor.open("/proc/\(thread)/comm", .readOnly).readToEnd(limit: 256)
        return ByteString(text.last == UInt8(ascii: "\n") ? text.dropLast() : text[...])
    }
}
