// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Runs `program`, searched for in PATH unless its name contains a slash, on the terminal, and waits until it ends.
///
/// From now on this process ignores the keyboard's signals SIGINT and SIGQUIT; the program does not. The corresponding
/// C functions are posix_spawnp(3) and waitpid(2).
/// - Parameter arguments: all arguments; the first is the name of the program as it sees it.
/// - Returns: its exit status, or 128 plus the number of the signal that killed it, as in a shell.
package func runInForeground(_ program: ByteString, arguments: [ByteString]) throws(Errno) -> Int32 {
    _ = clinux_signal_ignore(SIGINT)
    _ = clinux_signal_ignore(SIGQUIT)
    var child: pid_t = 0
    let error = unsafe arguments.withArgumentVector { vector in
        unsafe program.withCString { unsafe clinux_spawn_foreground(&child, $0, vector) }
    }
    if error != 0 { throw Errno(rawValue: error) }
    var status: Int32 = 0
    try nothingOrErrno(.wait) { unsafe waitpid(child, &status, 0) }
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
}
