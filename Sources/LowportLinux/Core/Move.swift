// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Transfers from one descriptor to another inside the kernel, without a copy in this process.
extension Descriptor where Self: ~Copyable {
    /// Moves at most `limit` bytes to `sink`, without waiting; one of the two is a pipe. Returns 0 at the end.
    ///
    /// The corresponding system call is splice(2). Throws EAGAIN if the source is empty or the sink is full, EINVAL if
    /// they cannot be spliced. A socket must be non-blocking for the call not to wait.
    package func splice(
        to sink: borrowing some Descriptor & ~Copyable,
        limit: Int
    ) throws(Errno) -> Int {
        let (source, sink) = (rawValue, sink.rawValue)
        let flags = UInt32(clinux_SPLICE_F_MOVE | clinux_SPLICE_F_NONBLOCK)
        return try valueOrErrno(.splice) { clinux_splice(source, sink, limit, flags) }
    }

    /// Discards at most `limit` bytes from a TCP socket, without waiting. Returns 0 at the end.
    ///
    /// The corresponding system call is recv(2) with `MSG_TRUNC` (tcp(7)).
    package func discard(limit: Int) throws(Errno) -> Int {
        let descriptor = rawValue
        let flags = Int32(clinux_MSG_TRUNC) | Int32(clinux_MSG_DONTWAIT)
        return try valueOrErrno(.receive) { recv(descriptor, nil, limit, flags) }
    }

    /// Sets whether reads and writes fail with EAGAIN instead of waiting (`O_NONBLOCK`).
    ///
    /// It affects every process that shares the open file description: only for own descriptors.
    /// The corresponding system call is fcntl(2).
    package func setNonBlocking(_ nonBlocking: Bool) throws(Errno) {
        let descriptor = rawValue
        let flags = try valueOrErrno(.fcntl) { clinux_fcntl(descriptor, F_GETFL, 0) }
        let wanted = nonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
        if wanted != flags { try nothingOrErrno(.fcntl) { clinux_fcntl(descriptor, F_SETFL, Int(wanted)) } }
    }

    /// The capacity of a pipe, in bytes (`F_GETPIPE_SZ`, pipe(7)).
    ///
    /// The corresponding system call is fcntl(2).
    package func pipeSize() throws(Errno) -> Int {
        let descriptor = rawValue
        return Int(try valueOrErrno(.fcntl) { clinux_fcntl(descriptor, Int32(clinux_F_GETPIPE_SZ), 0) })
    }

    /// Gives a pipe a capacity of at least `size` bytes (`F_SETPIPE_SZ`, pipe(7)).
    ///
    /// The corresponding system call is fcntl(2). Throws EPERM above the limit for unprivileged users.
    package func enlargePipe(to size: Int) throws(Errno) {
        if try pipeSize() >= size { return }
        let descriptor = rawValue
        try nothingOrErrno(.fcntl) { clinux_fcntl(descriptor, Int32(clinux_F_SETPIPE_SZ), size) }
    }

    /// Whether it is a terminal.
    ///
    /// The corresponding C function is isatty(3).
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Whether it is /dev/null, which discards all data (null(4)).
    package var isNullDevice: Bool {
        var status = stat()
        guard unsafe clinux_fstat(rawValue, &status) == 0, FileKind(mode: status.st_mode) == .characterDevice else {
            return false
        }
        return status.st_rdev == dev_t(clinux_null_device)
    }
}

/// The two ends of a pipe that this process created.
package struct Pipe: ~Copyable {
    /// The read end.
    package let output: FileDescriptor
    /// The write end.
    package let input: FileDescriptor

    /// Creates a pipe with non-blocking ends.
    ///
    /// The corresponding system call is pipe2(2) with `O_CLOEXEC` and `O_NONBLOCK`.
    package init() throws(Errno) {
        var ends: [Int32] = [-1, -1]
        try nothingOrErrno(.pipe) {
            unsafe ends.withUnsafeMutableBufferPointer { unsafe clinux_pipe($0.baseAddress, O_CLOEXEC | O_NONBLOCK) }
        }
        output = FileDescriptor(owning: ends[0])
        input = FileDescriptor(owning: ends[1])
    }

    /// Takes over both ends of a pipe, the read end first.
    package init(owning ends: (Int32, Int32)) {
        output = FileDescriptor(owning: ends.0)
        input = FileDescriptor(owning: ends.1)
    }

    /// Gives up both ends, the read end first.
    package consuming func release() -> (Int32, Int32) { (output.release(), input.release()) }
}

extension Descriptor where Self: ~Copyable {
    /// Sets whether execve(2) closes the descriptor (`FD_CLOEXEC`).
    ///
    /// The corresponding system call is fcntl(2).
    package func setCloseOnExecute(_ closes: Bool) throws(Errno) {
        let descriptor = rawValue
        try nothingOrErrno(.fcntl) { clinux_fcntl(descriptor, F_SETFD, closes ? Int(FD_CLOEXEC) : 0) }
    }
}
