// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// A system call that a process waits for the answer to (seccomp_unotify(2)).
public struct Notification: Sendable {
    /// Tells the call apart from all others.
    public let identifier: UInt64
    /// The thread that makes the call.
    public let thread: Int32
    /// The architecture, as `AUDIT_ARCH_` numbers it.
    public let architecture: UInt32
    /// The number of the call on that architecture.
    public let number: Int32
    /// Its six arguments.
    public let arguments: [UInt64]

    /// Creates a notification.
    public init(identifier: UInt64, thread: Int32, architecture: UInt32, number: Int32, arguments: [UInt64]) {
        self.identifier = identifier
        self.thread = thread
        self.architecture = architecture
        self.number = number
        self.arguments = arguments
    }

    init(_ native: clinux_notification) {
        let arguments = native.arguments
        self.init(
            identifier: native.identifier,
            thread: Int32(bitPattern: native.thread),
            architecture: native.architecture,
            number: native.number,
            arguments: [arguments.0, arguments.1, arguments.2, arguments.3, arguments.4, arguments.5]
        )
    }
}

/// Where the notifications of a filter come in and are answered.
public struct NotificationListener: ~Copyable, Sendable {
    /// The descriptor, which can be polled: it is hung up when no process is left that has the filter.
    public let descriptor: FileDescriptor

    /// Takes over the descriptor of a listener.
    public init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    /// Gives the descriptor away.
    public consuming func release() -> FileDescriptor { descriptor }

    /// Waits for the next notification.
    ///
    /// Throws ENOENT if its process was killed meanwhile or, from Linux 6.11 on, if there is none left.
    public func receive() throws(Errno) -> Notification {
        let listener = descriptor.rawValue
        var native = clinux_notification()
        try nothingOrErrno(.notification) { unsafe clinux_notification_receive(listener, nil, &native) }
        return Notification(native)
    }

    /// As `receive`, and from the moment that the kernel gives the notification out, `record` has it.
    public func receive(into record: borrowing NotificationRecord) throws(Errno) -> Notification {
        let listener = descriptor.rawValue
        var native = clinux_notification()
        let room = unsafe record.room
        try nothingOrErrno(.notification) { unsafe clinux_notification_receive(listener, room, &native) }
        return Notification(native)
    }

    /// Whether the descriptor is a listener at all: no other file knows the question.
    public var isGenuine: Bool {
        let listener = descriptor.rawValue
        do throws(Errno) {
            try nothingOrErrno(.notification) { clinux_notification_is_valid(listener, 0) }
            return true
        } catch {
            return error == .noSuchFile
        }
    }

    /// Whether no process is left that has the filter.
    public var isAbandoned: Bool {
        var entries = [PollEntry(descriptor.reference, .readable)]
        guard (try? poll(&entries, timeout: Milliseconds(rawValue: 0))) == true else { return false }
        return entries[0].found.contains(.hungUp)
    }

    /// Whether the process still waits, and so whether what was found out about its thread number was about it.
    public func isWaiting(_ notification: Notification) -> Bool {
        let listener = descriptor.rawValue
        return
            (try? nothingOrErrno(.notification) {
                clinux_notification_is_valid(listener, notification.identifier)
            }) != nil
    }

    /// Lets the call return: 0 without an error, otherwise -1 with it. Throws ENOENT if the thread no longer waits.
    public func answer(_ notification: Notification, with error: Errno?) throws(Errno) {
        let listener = descriptor.rawValue
        try nothingOrErrno(.notification) {
            clinux_notification_answer(listener, notification.identifier, error?.rawValue ?? 0, 0)
        }
    }

    /// Lets the kernel carry out the call, with whatever is in the memory of the process by then.
    public func resume(_ notification: Notification) throws(Errno) {
        let listener = descriptor.rawValue
        try nothingOrErrno(.notification) { clinux_notification_answer(listener, notification.identifier, 0, 1) }
    }

    /// Makes the scheduler hand over to the listener and back at once, where the kernel can (Linux 6.6).
    public func wakeAtOnce() { _ = clinux_notification_wake_at_once(descriptor.rawValue) }
}
