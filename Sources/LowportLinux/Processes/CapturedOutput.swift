// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Runs the program at `path` away from the terminal, and returns what it writes to standard output.
///
/// The corresponding C functions are posix_spawn(3) and waitpid(2).
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
    let (input, output) = try FileDescriptor.socketPair()
    let reader = FileDescriptor(owning: input)
    var child: pid_t = 0
    let error = unsafe arguments.withArgumentVector { vector in
        unsafe path.withCString { unsafe clinux_spawn_captured(&child, $0, vector, output) }
    }
    _ = close(output)
    if error != 0 { throw Errno(rawValue: error) }
    let text = try? reader.readToEnd(limit: limit)
    var status: Int32 = 0
    try nothingOrErrno(.wait) { unsafe waitpid(child, &status, 0) }
    guard let text else { throw .fileTooLarge }
    return (ByteString(text), ProcessChange(status: status))
}
