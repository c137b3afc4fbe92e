// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A system call that blocks until it is answered (seccomp_unotify(2)).
package struct Notification: Sendable {
    /// The unique ID of the call.
    package let identifier: UInt64
    /// The thread that makes the call.
    package let thread: Int32
    /// The architecture: an `AUDIT_ARCH_` constant.
    package let architecture: UInt32
    /// The number of the call on that architecture.
    package let number: Int32
    /// Its six arguments.
    package let arguments: [UInt64]

    /// Creates a notification.
    package init(identifier: UInt64, thread: Int32, architecture: UInt32, number: Int32, arguments: [UInt64]) {
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

/// Receives and answers the notifications of a filter.
package struct NotificationListener: ~Copyable, Sendable {
    /// The descriptor, for poll(2): POLLHUP when no process has the filter any more.
    package let descriptor: FileDescriptor

    /// Takes over the descriptor of a listener.
    package init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    /// Gives up the descriptor.
    package consuming func release() -> FileDescriptor { descriptor }

    /// Waits for the next notification.
    ///
    /// Throws ENOENT if its process was killed or, since Linux 6.11, if no process has the filter.
    package func receive() throws(Errno) -> Notification {
        let listener = descriptor.rawValue
        var native = clinux_notification()
        try nothingOrErrno(.notification) { unsafe clinux_notification_receive(listener, nil, &native) }
        return Notification(native)
    }

    /// Like `receive()`, but `record` holds the notification as soon as the kernel hands it out.
    package func receive(into record: borrowing NotificationRecord) throws(Errno) -> Notification {
        let listener = descriptor.rawValue
        var native = clinux_notification()
        let room = unsafe record.room
        try nothingOrErrno(.notification) { unsafe clinux_notification_receive(listener, room, &native) }
        return Notification(native)
    }

    /// Whether the descriptor is a listener: only a listener accepts this ioctl(2).
    package var isGenuine: Bool {
        let listener = descriptor.rawValue
        do throws(Errno) {
            try nothingOrErrno(.notification) { clinux_notification_is_valid(listener, 0) }
            return true
        } catch {
            return error == .noSuchFile
        }
    }

    /// Whether no process has the filter any more.
    package var isAbandoned: Bool {
        var entries = [PollEntry(descriptor.reference, .readable)]
        guard (try? poll(&entries, timeout: Milliseconds(rawValue: 0))) == true else { return false }
        return entries[0].found.contains(.hungUp)
    }

    /// Whether the call still waits; if so, information found by its thread ID was about that thread.
    package func isWaiting(_ notification: Notification) -> Bool {
        let listener = descriptor.rawValue
        return
            (try? nothingOrErrno(.notification) {
                clinux_notification_is_valid(listener, notification.identifier)
            }) != nil
    }

    /// Makes the call return 0, or -1 with `error`. Throws ENOENT if the thread no longer waits.
    package func answer(_ notification: Notification, with error: Errno?) throws(Errno) {
        let listener = descriptor.rawValue
        try nothingOrErrno(.notification) {
            clinux_notification_answer(listener, notification.identifier, error?.rawValue ?? 0, 0)
        }
    }

    /// Makes the kernel execute the call, with the present content of the memory of the process.
    package func resume(_ notification: Notification) throws(Errno) {
        let listener = descriptor.rawValue
        try nothingOrErrno(.notification) { clinux_notification_answer(listener, notification.identifier, 0, 1) }
    }

    /// Makes the scheduler switch to the listener and back at once, if the kernel can (Linux 6.6).
    package func wakeAtOnce() { _ = clinux_notification_wake_at_once(descriptor.rawValue) }
}
