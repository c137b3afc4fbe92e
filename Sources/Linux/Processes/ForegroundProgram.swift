// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Runs `program`, which is looked for along PATH unless its name has a slash, with the terminal, and waits for its end.
///
/// The keyboard's signals SIGINT and SIGQUIT go to the program alone, from now on: this process ignores them. The
/// corresponding C functions are posix_spawnp(3) and waitpid(2).
/// - Parameter arguments: all arguments; the first is the name of the program as it sees it.
/// - Returns: its exit status, or 128 and the number of the signal that ended it, as a shell counts.
public func runInForeground(_ program: ByteString, arguments: [ByteString]) throws(Errno) -> Int32 {
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
