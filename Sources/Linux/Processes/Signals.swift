// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Makes a write whose reader is gone fail with EPIPE instead of ending the process (`SIGPIPE`, signal(7)).
public func ignoreBrokenPipes() { _ = clinux_signal_ignore(SIGPIPE) }

/// Opens /dev/null on those of the descriptors 0, 1 and 2 that are closed, so that no socket becomes one of them.
public func openStandardDescriptors() {
    while let descriptor = try? FileDescriptor.open("/dev/null", .readWrite) {
        // open(2) takes the lowest number that is free.
        if descriptor.rawValue > 2 { return }
        _ = clinux_fcntl(descriptor.release(), F_SETFD, 0)
    }
}

extension CurrentProcess {
    /// Calls `body`, during which signals that can wait do not interrupt this thread; they come afterwards.
    ///
    /// The corresponding C function is pthread_sigmask(3).
    public static func holdingSignals<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var before = sigset_t()
        unsafe clinux_hold_signals(&before)
        defer { unsafe clinux_release_signals(&before) }
        return try body()
    }

    /// The path of the running program, with all links followed; nil where /proc is not there.
    ///
    /// The corresponding system call is readlink(2).
    public static var executablePath: ByteString? { try? readLink("/proc/self/exe") }
}
