// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Runs the program at `path` in a session of its own, and returns what it writes to standard output.
///
/// It gets none of this process's descriptors, and of its environment only PATH. It ends with this process. Must be
/// called while the process has one thread. The corresponding system calls are clone(2), execve(2) and kill(2).
/// - Parameters:
///   - path: the path of the program.
///   - arguments: all arguments; the first is the name of the program as it sees it.
///   - limit: the most bytes that it may write.
///   - span: the longest time to its end, after which it is killed.
/// - Returns: the output; nil if the program writes more, takes longer, or there are no processes or descriptors left.
package func limitedOutput(
    ofProgramAt path: ByteString,
    arguments: [ByteString],
    limit: Int,
    within span: Milliseconds
) -> [UInt8]? {
    guard let (input, output) = try? FileDescriptor.socketPair() else { return nil }
    let reader = FileDescriptor(owning: input)
    let writer = FileDescriptor(owning: output)
    guard let child = try? valueOrErrno(.fork, { clinux_fork_silently() }) else { return nil }
    if child == 0 {
        Confinement.endWithParent()
        _ = setsid()
        if let null = try? FileDescriptor.open("/dev/null", .readWrite), dup2(null.rawValue, 0) == 0,
            dup2(null.rawValue, 2) == 2, dup2(writer.rawValue, 1) == 1
        {
            Confinement.closeDescriptors(from: 3)
            let searchPath = Environment.value(of: "PATH")
            Confinement.resetEnvironment()
            if let searchPath { try? Environment.set("PATH", to: searchPath) }
            CurrentProcess.restoreSignals()
            try? execute(fileAt: path, arguments: arguments)
        }
        _exit(127)
    }
    try? writer.close()
    let text = reader.readToEnd(limit: limit, until: Instant.now + span)
    // Also what it has started; and itself, if it has no session yet.
    _ = LowportCLinux.kill(-child, SIGKILL)
    CurrentProcess.kill(child)
    CurrentProcess.collect(child)
    return text
}

extension FileDescriptor {
    /// Reads to the end, which has to come before `deadline` and after at most `limit` bytes; nil if it does not.
    func readToEnd(limit: Int, until deadline: Instant) -> [UInt8]? {
        var text: [UInt8] = []
        while text.count <= limit, (try? wait(for: .readable, until: deadline)) == true,
            let part = try? read(upTo: limit + 1 - text.count)
        {
            if part.isEmpty { return text }
            text += part
        }
        return nil
    }
}
