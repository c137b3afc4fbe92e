// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Runs the program at `path` away from the terminal, in a session of its own, and returns what it writes to standard
/// output.
///
/// The corresponding C functions are posix_spawn(3), kill(2) and waitpid(2).
/// - Parameters:
///   - path: the path of the program.
///   - arguments: all arguments; the first is the name of the program as it sees it.
///   - limit: the most bytes that it may write.
/// - Returns: the output, and how the program ended: `.exited` or `.killed`.
package func capturedOutput(
    ofProgramAt path: ByteString,
    arguments: [ByteString],
    limit: Int
) throws(Errno) -> (text: ByteString, end: ProcessChange) {
    let program = try CapturedProgram(at: path, arguments: arguments)
    let text = try? program.output.readToEnd(limit: limit)
    let end = try program.wait()
    guard let text else { throw .fileTooLarge }
    return (ByteString(text), end)
}

/// Runs the program at `path` likewise, for an answer that whoever is its user may hold back: it is waited for only until
/// its output ends, and killed then, or when it has taken too long.
/// - Parameter span: the longest time to the end of its output.
/// - Returns: the output. Throws ETIMEDOUT if it did not end in time, or was longer than `limit`.
package func outputInTime(
    ofProgramAt path: ByteString,
    arguments: [ByteString],
    limit: Int,
    within span: Milliseconds
) throws(Errno) -> ByteString {
    let program = try CapturedProgram(at: path, arguments: arguments)
    let text = program.output.readToEnd(limit: limit, until: Instant.now + span)
    program.kill()
    _ = try program.wait()
    guard let text else { throw .timedOut }
    return ByteString(text)
}

/// A program that runs away from the terminal, and what it writes to standard output.
package struct CapturedProgram: ~Copyable {
    /// The output, which ends when the program does; once it is closed, the program can write nothing more.
    package let output: FileDescriptor
    private let process: pid_t

    /// Starts the program at `path`.
    ///
    /// The corresponding C function is posix_spawn(3).
    /// - Parameter arguments: all arguments; the first is the name of the program as it sees it.
    package init(at path: ByteString, arguments: [ByteString]) throws(Errno) {
        let (input, output) = try FileDescriptor.socketPair()
        let reader = FileDescriptor(owning: input)
        var child: pid_t = 0
        let error = unsafe arguments.withArgumentVector { vector in
            unsafe path.withCString { unsafe clinux_spawn_captured(&child, $0, vector, output) }
        }
        _ = close(output)
        if error != 0 { throw Errno(rawValue: error) }
        self.output = reader
        process = child
    }

    /// Kills the program and what it has started in its session.
    fileprivate func kill() {
        _ = LowportCLinux.kill(-process, SIGKILL)
        _ = LowportCLinux.kill(process, SIGKILL)
    }

    /// Waits until the program ends, and returns how: `.exited` or `.killed`.
    ///
    /// The corresponding system call is waitpid(2).
    package func wait() throws(Errno) -> ProcessChange {
        let process = process
        var status: Int32 = 0
        try nothingOrErrno(.wait) { unsafe waitpid(process, &status, 0) }
        return ProcessChange(status: status)
    }
}
