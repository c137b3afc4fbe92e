// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Steps that a child tries before this process takes them, or that this process must not take: the child may be killed,
/// as by a filter of system calls, and its state is lost when it ends.
///
/// The child sends no SIGCHLD, and can be waited for even if SIGCHLD is ignored. Must be started while the process has one
/// thread. The corresponding system call is clone(2).
// Its end is to be seen by the modules that have such a value: see `FileDescriptor`.
@usableFromInline
package struct Trial: ~Copyable {
    /// 0 after it was reaped.
    private var child: Int32

    /// Starts `body` in a child, which exits with the status that it returns.
    package init(_ body: () -> Int32) throws(Errno) {
        child = try valueOrErrno(.fork) { clinux_fork_silently() }
        if child == 0 { _exit(body()) }
    }

    /// Waits for the child, and reaps it.
    /// - Returns: `.exited` or `.killed`.
    package consuming func end() throws(Errno) -> ProcessChange {
        let ended = child
        child = 0
        var status: Int32 = 0
        try nothingOrErrno(.wait) { unsafe clinux_wait_for(ended, &status) }
        return ProcessChange(status: status)
    }

    @inlinable
    deinit { reap() }

    @usableFromInline
    func reap() {
        if child > 0 { CurrentProcess.collect(child) }
    }
}

extension CurrentProcess {
    /// Runs the program at `path` without arguments, away from the terminal and with no open files.
    ///
    /// Nothing is needed of /proc. Resets SIGCHLD to its default action in this process. The corresponding system calls
    /// are fork(2), waitid(2) with `WNOWAIT`, and capget(2).
    /// - Returns: how it ended, and the capabilities that it held then. A program that cannot be executed ends with 127.
    package static func endState(ofProgramAt path: ByteString) throws(Errno) -> (
        end: ProcessChange, capabilities: CapabilityState
    ) {
        // If it were ignored, the child would be gone before it is asked for.
        _ = clinux_signal_default(SIGCHLD)
        let child = try valueOrErrno(.fork) { clinux_fork() }
        if child == 0 {
            if (try? leaveStandardDescriptors()) != nil {
                Confinement.closeDescriptors(from: 3)
                try? execute(fileAt: path, arguments: [path])
            }
            _exit(127)
        }
        try nothingOrErrno(.wait) { clinux_wait_until_ended(child) }
        let capabilities = try CapabilityState(ofProcess: child)
        var status: Int32 = 0
        try nothingOrErrno(.wait) { unsafe clinux_wait_for(child, &status) }
        return (ProcessChange(status: status), capabilities)
    }
}
