// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A child of this process.
package struct Child: Hashable, Sendable {
    /// Its ID.
    package let identifier: Int32

    /// The child with this ID.
    package init(identifier: Int32) { self.identifier = identifier }

    /// Waits for its end and reaps it. Throws ECHILD if the kernel has reaped it.
    ///
    /// The corresponding system call is waitpid(2).
    /// - Returns: the exit status, or 128 and the number of the signal that ended it, as a shell counts.
    package func waitForEnd() throws(Errno) -> Int32 {
        var status: Int32 = 0
        try nothingOrErrno(.wait) { unsafe waitpid(identifier, &status, 0) }
        // The low seven bits are the signal (wait(2)); the next byte is the exit status.
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}

extension CurrentProcess {
    /// Forks this process. Returns the child in the parent, and nil in the child.
    ///
    /// Only for programs of the embedded ring: no language runtime survives it.
    /// The corresponding system call is fork(2).
    package static func fork() throws(Errno) -> Child? {
        let identifier = try valueOrErrno(.fork, retryOnInterrupt: false) { clinux_fork() }
        return identifier == 0 ? nil : Child(identifier: identifier)
    }

    /// Terminates the process at once, without running exit handlers.
    ///
    /// The corresponding system call is _exit(2).
    package static func exit(_ status: Int32) -> Never { _exit(status) }

    /// Reaps a child that has ended; nil if none has. Throws ECHILD if there are no children.
    ///
    /// The corresponding system call is waitpid(2).
    /// - Parameter waits: whether to wait until a child ends.
    package static func reapChild(waits: Bool) throws(Errno) -> Child? {
        let ended = try valueOrErrno(.wait) { waitpid(-1, nil, waits ? 0 : WNOHANG) }
        return ended == 0 ? nil : Child(identifier: ended)
    }

    /// Makes descriptor `number` a duplicate of `descriptor`, also for programs that are started.
    ///
    /// The corresponding system call is dup2(2).
    package static func redirect(_ number: InheritedDescriptor, to descriptor: borrowing some Descriptor & ~Copyable)
        throws(Errno)
    {
        let (old, new) = (descriptor.rawValue, number.rawValue)
        try nothingOrErrno(.duplicate) { dup2(old, new) }
    }

    /// Resets SIGPIPE and SIGCHLD to their default actions and unblocks all signals.
    package static func restoreSignals() {
        for number in [SIGPIPE, SIGCHLD] { _ = clinux_signal_default(number) }
        _ = clinux_unblock_signals()
    }

    /// Requests SIGTERM for this process when its parent ends (`PR_SET_PDEATHSIG`, prctl(2)).
    package static func terminateWithParent() { _ = clinux_prctl(PR_SET_PDEATHSIG, UInt(SIGTERM), 0, 0, 0) }

    /// Makes the kernel reap children that end (`SIGCHLD` ignored, waitpid(2), NOTES).
    package static func forgetChildren() { _ = clinux_signal_ignore(SIGCHLD) }
}

/// Signals that a descriptor receives instead of a handler (signalfd(2)).
package struct SignalDescriptor: ~Copyable, Descriptor {
    private let descriptor: FileDescriptor

    /// The signals that can be received.
    package enum Signal: Sendable {
        case child, user1, terminate, interrupt, hangUp

        var number: Int32 {
            switch self {
            case .child: SIGCHLD
            case .user1: SIGUSR1
            case .terminate: SIGTERM
            case .interrupt: SIGINT
            case .hangUp: SIGHUP
            }
        }
    }

    /// The descriptor's number.
    package var rawValue: Int32 { descriptor.rawValue }

    /// Receives `signals`.
    ///
    /// The corresponding system call is signalfd(2).
    package init(_ signals: [Signal]) throws(Errno) {
        let numbers = signals.map { $0.number }
        let count = Int32(numbers.count)
        // A parent that ignores SIGCHLD passes that on, and then the kernel would never report a child.
        if numbers.contains(SIGCHLD) { _ = clinux_signal_default(SIGCHLD) }
        descriptor = FileDescriptor(
            owning: try valueOrErrno(.open) { unsafe clinux_signal_descriptor(numbers, count) }
        )
    }

    /// The next signal received; nil if there is none.
    package func next() -> Signal? {
        // The signal number is at the start of a 128-byte record.
        guard let record = try? read(upTo: 128), record.count == 128 else { return nil }
        switch Int32(record[0]) {
        case SIGCHLD: return .child
        case SIGUSR1: return .user1
        case SIGTERM: return .terminate
        case SIGINT: return .interrupt
        case SIGHUP: return .hangUp
        default: return nil
        }
    }
}
