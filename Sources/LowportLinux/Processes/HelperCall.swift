// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// Starts the program at `path` with this descriptor as its standard input, no other descriptors than 1 and 2, and an
    /// empty environment, and waits for its end.
    ///
    /// May be called from every thread: the handlers, the signals and the other children of this process do not notice it,
    /// and neither does a process that ignores SIGCHLD lose the outcome. The corresponding system calls are clone(2) with
    /// `CLONE_VFORK`, execve(2) and waitpid(2).
    /// - Parameter arguments: all arguments; the first is the name of the program as it sees it.
    /// - Returns: `.exited` or `.killed`. Throws ECHILD if how the program ended cannot be known.
    package func runProgram(at path: ByteString, arguments: [ByteString]) throws(Errno) -> ProcessChange {
        let socket = rawValue
        var status: Int32 = 0
        try nothingOrErrno(.execute, retryOnInterrupt: false) { () -> Int32 in
            unsafe arguments.withArgumentVector { vector in
                unsafe path.withCString { path in
                    unsafe vector.withUnsafeBufferPointer { vector in
                        var call = unsafe clinux_helper_call(
                            path: path,
                            arguments: vector.baseAddress,
                            socket: socket,
                            status: 0,
                            error: 0,
                            stack: nil
                        )
                        unsafe clinux_call_helper(&call)
                        status = unsafe call.status
                        if unsafe call.error == 0 { return 0 }
                        clinux_set_errno(unsafe call.error)
                        return -1
                    }
                }
            }
        }
        return ProcessChange(status: status)
    }
}
