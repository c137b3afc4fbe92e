// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// A process that this one started.
public struct Child: Hashable, Sendable {
    /// Its number.
    public let identifier: Int32
}

extension CurrentProcess {
    /// Splits this process in two. Gives the child to the parent, and nil to the child.
    ///
    /// Only for programs of the embedded ring: nothing of a runtime survives it.
    /// The corresponding system call is fork(2).
    public static func fork() throws(Errno) -> Child? {
        let identifier = try valueOrErrno(.fork, retryOnInterrupt: false) { clinux_fork() }
        return identifier == 0 ? nil : Child(identifier: identifier)
    }

    /// Ends the process at once, without anything that waits for its end.
    ///
    /// The corresponding system call is _exit(2).
    public static func exit(_ status: Int32) -> Never { _exit(status) }

    /// Takes note of a child that has ended; nil when none has. Throws ECHILD when there are no children.
    ///
    /// The corresponding system call is waitpid(2).
    /// - Parameter waits: whether to wait for one to end.
    public static func reapChild(waits: Bool) throws(Errno) -> Child? {
        let ended = try valueOrErrno(.wait) { waitpid(-1, nil, waits ? 0 : WNOHANG) }
        return ended == 0 ? nil : Child(identifier: ended)
    }

    /// Gives descriptor `number` the meaning of `descriptor`, for the programs that are started too.
    ///
    /// The corresponding system call is dup2(2).
    public static func redirect(_ number: InheritedDescriptor, to descriptor: borrowing some Descriptor & ~Copyable)
        throws(Errno)
    {
        let (old, new) = (descriptor.rawValue, number.rawValue)
        try nothingOrErrno(.duplicate) { dup2(old, new) }
    }

    /// Gives all signals back the meaning that programs expect.
    public static func restoreSignals() {
        for number in [SIGPIPE, SIGCHLD] { _ = clinux_signal_default(number) }
        _ = clinux_unblock_signals()
    }

    /// Leaves it to the kernel to collect children that have ended (`SIGCHLD` ignored, waitpid(2), NOTES).
    public static func forgetChildren() { _ = clinux_signal_ignore(SIGCHLD) }
}

/// Signals that are read like bytes instead of interrupting (signalfd(2)).
public struct SignalDescriptor: ~Copyable, Descriptor {
    private let descriptor: FileDescriptor

    /// What a signal means here.
    public enum Signal: Sendable {
        case child, user1, terminate, interrupt

        var number: Int32 {
            switch self {
            case .child: SIGCHLD
            case .user1: SIGUSR1
            case .terminate: SIGTERM
            case .interrupt: SIGINT
            }
        }
    }

    /// The descriptor's number.
    public var rawValue: Int32 { descriptor.rawValue }

    /// Takes `signals` over.
    ///
    /// The corresponding system call is signalfd(2).
    public init(_ signals: [Signal]) throws(Errno) {
        let numbers = signals.map { $0.number }
        let count = Int32(numbers.count)
        // A starter that ignores it leaves that to us, and then no child would ever be reported.
        if numbers.contains(SIGCHLD) { _ = clinux_signal_default(SIGCHLD) }
        descriptor = FileDescriptor(
            owning: try valueOrErrno(.open) { unsafe clinux_signal_descriptor(numbers, count) }
        )
    }

    /// The next signal that came; nil when none did.
    public func next() -> Signal? {
        // The number stands at the beginning of a record of 128 bytes.
        guard let record = try? read(upTo: 128), record.count == 128 else { return nil }
        switch Int32(record[0]) {
        case SIGCHLD: return .child
        case SIGUSR1: return .user1
        case SIGTERM: return .terminate
        case SIGINT: return .interrupt
        default: return nil
        }
    }
}
