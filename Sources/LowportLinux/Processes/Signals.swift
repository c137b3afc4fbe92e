// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Makes a write without a reader fail with EPIPE instead of killing the process (`SIGPIPE`, signal(7)).
package func ignoreBrokenPipes() { _ = clinux_signal_ignore(SIGPIPE) }

/// Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed, so that no socket gets its number.
package func openStandardDescriptors() {
    while let descriptor = try? FileDescriptor.open("/dev/null", .readWrite) {
        // open(2) returns the lowest free number.
        if descriptor.rawValue > 2 { return }
        _ = clinux_fcntl(descriptor.release(), F_SETFD, 0)
    }
}

extension CurrentProcess {
    /// Calls `body` with all signals blocked for this thread; they are delivered afterwards.
    ///
    /// The corresponding C function is pthread_sigmask(3).
    package static func holdingSignals<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var before = sigset_t()
        unsafe clinux_hold_signals(&before)
        defer { unsafe clinux_release_signals(&before) }
        return try body()
    }

    /// The path of the running program, without links; nil if /proc is not mounted.
    ///
    /// The corresponding system call is readlink(2).
    package static var executablePath: ByteString? { try? readLink("/proc/self/exe") }
}
