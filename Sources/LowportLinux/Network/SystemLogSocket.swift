// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension FileDescriptor {
    /// Connects to the machine's log, `/dev/log`. Sending there never waits.
    ///
    /// The corresponding system calls are socket(2) and connect(2).
    package static func systemLog() throws(Errno) -> FileDescriptor {
        let socket = try unixSocket(Int32(clinux_SOCK_DGRAM | clinux_SOCK_NONBLOCK))
        try socket.connect(to: UnixAddress("/dev/log"))
        return socket
    }
}

/// The name and the program of a process.
package enum ProcessName {
    /// The name of the process or thread, at most 15 bytes.
    package static func of(_ thread: Int32) throws(Errno) -> ByteString {
        let text = try FileDescriptor.open(path("comm", of: thread), .readOnly).readToEnd(limit: 256)
        return ByteString(text.last == UInt8(ascii: "\n") ? text.dropLast() : text[...])
    }

    /// The file that the process executes (proc_pid_exe(5)); nil if this process may not look into that one.
    package static func executable(of thread: Int32) -> FileIdentity? {
        (try? FileStatus(of: path("exe", of: thread)))?.identity
    }

    @inline(never)
    private static func path(_ name: ByteString, of thread: Int32) -> ByteString { "/proc/\(thread)/\(name)" }
}
