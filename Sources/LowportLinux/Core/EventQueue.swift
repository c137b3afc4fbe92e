// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// What a descriptor in an `EventQueue` is ready for (epoll_ctl(2)).
package struct ReadyEvents: OptionSet, Sendable {
    /// The kernel's bits.
    package let rawValue: UInt32

    /// Creates a set from the kernel's bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `EPOLLIN`: data, a connection or the end of the data is available.
    package static var readable: ReadyEvents { ReadyEvents(rawValue: UInt32(clinux_EPOLLIN)) }
    /// `EPOLLOUT`: there is room.
    package static var writable: ReadyEvents { ReadyEvents(rawValue: UInt32(clinux_EPOLLOUT)) }
    /// `EPOLLRDHUP`: the peer sends nothing more.
    package static var peerEnded: ReadyEvents { ReadyEvents(rawValue: UInt32(clinux_EPOLLRDHUP)) }
    /// `EPOLLPRI`: there is urgent data, at which a read ends (tcp(7)).
    package static var urgent: ReadyEvents { ReadyEvents(rawValue: UInt32(clinux_EPOLLPRI)) }
    /// What a reader of a stream waits for that reads until it gets less than it asked for.
    package static var stream: ReadyEvents { [.readable, .peerEnded, .urgent] }
    /// `EPOLLEXCLUSIVE`: of the queues of several processes that wait for the same listener, an event wakes at least one,
    /// and not all. To be given when the listener is added, and not to be changed.
    package static var exclusive: ReadyEvents { ReadyEvents(rawValue: UInt32(clinux_EPOLLEXCLUSIVE)) }
    /// `EPOLLERR`: the descriptor failed. Reported without being asked for.
    package static var failed: ReadyEvents { ReadyEvents(rawValue: UInt32(clinux_EPOLLERR)) }
    /// `EPOLLHUP`: both directions are closed. Reported without being asked for.
    package static var hungUp: ReadyEvents { ReadyEvents(rawValue: UInt32(clinux_EPOLLHUP)) }

    /// Whether a read returns at once: with data, the end of the data or an error.
    package var allowReading: Bool { !isDisjoint(with: [.readable, .peerEnded, .failed, .hungUp]) }
    /// Whether a write returns at once, with success or an error.
    package var allowWriting: Bool { !isDisjoint(with: [.writable, .failed, .hungUp]) }
    /// Whether a read that gives less than asked for need not be the last one: the end of the data, an error or urgent data
    /// may follow.
    package var needReadUntilEmpty: Bool { !isDisjoint(with: [.peerEnded, .failed, .hungUp, .urgent]) }
    /// Whether a TCP socket has received all that its peer sends, and a read that gives less than asked for takes the rest:
    /// to be asked if the queue waits for `urgent`, too.
    package var completeStream: Bool { contains(.peerEnded) && isDisjoint(with: [.failed, .hungUp, .urgent]) }
}

/// Waits for many descriptors at a time; a wait costs what is ready, however many are not (epoll(7)).
///
/// A descriptor leaves the queue when it is closed, unless another process has it as well.
@usableFromInline package struct EventQueue: ~Copyable, Descriptor {
    private let descriptor: FileDescriptor

    /// The descriptor's number.
    package var rawValue: Int32 { descriptor.rawValue }

    /// Creates an empty queue.
    ///
    /// The corresponding system call is epoll_create1(2) with `EPOLL_CLOEXEC`.
    package init() throws(Errno) {
        descriptor = FileDescriptor(owning: try valueOrErrno(.eventQueue) { clinux_epoll_create() })
    }

    /// Adds `watched`. Throws EPERM for files, which are always ready, and EEXIST if it is in the queue.
    ///
    /// The corresponding system call is epoll_ctl(2).
    /// - Parameters:
    ///   - events: what to wait for.
    ///   - token: the number that its events carry.
    ///   - onChange: whether an event is reported once when it begins (`EPOLLET`), and not for as long as it lasts.
    package func add(
        _ watched: borrowing some Descriptor & ~Copyable,
        _ events: ReadyEvents,
        token: UInt64,
        onChange: Bool
    ) throws(Errno) {
        try control(clinux_EPOLL_CTL_ADD, watched.rawValue, events, token, onChange)
    }

    /// Waits for other events of `watched`; those that are ready now are reported again.
    ///
    /// The corresponding system call is epoll_ctl(2). Throws ENOENT if it is not in the queue.
    package func change(
        _ watched: borrowing some Descriptor & ~Copyable,
        _ events: ReadyEvents,
        token: UInt64,
        onChange: Bool
    ) throws(Errno) {
        try control(clinux_EPOLL_CTL_MOD, watched.rawValue, events, token, onChange)
    }

    /// Removes `watched`, for a descriptor that stays open. Throws ENOENT if it is not in the queue.
    ///
    /// The corresponding system call is epoll_ctl(2).
    package func remove(_ watched: borrowing some Descriptor & ~Copyable) throws(Errno) {
        try control(clinux_EPOLL_CTL_DEL, watched.rawValue, [], 0, false)
    }

    private func control<Number: BinaryInteger>(
        _ operation: Number,
        _ watched: Int32,
        _ events: ReadyEvents,
        _ token: UInt64,
        _ onChange: Bool
    ) throws(Errno) {
        let queue = rawValue
        try nothingOrErrno(.eventQueue) {
            clinux_epoll_control(queue, Int32(operation), watched, events.rawValue, onChange ? 1 : 0, token)
        }
    }

    /// Waits until something is ready, and stores what is in `found`.
    ///
    /// The corresponding system call is epoll_wait(2). Throws EINTR if a signal interrupts it.
    /// - Parameter timeout: the longest wait; nil for no limit.
    package func wait(for found: FoundEvents, timeout: Milliseconds?) throws(Errno) {
        let queue = rawValue
        let limit = Int32(clamping: timeout?.rawValue ?? -1)
        unsafe try found.fill { records, capacity throws(Errno) in
            try valueOrErrno(.eventQueue, retryOnInterrupt: false) {
                unsafe clinux_epoll_wait(queue, records, capacity, limit)
            }
        }
    }
}

/// The events that one wait has found; their memory is used for the next.
@safe
package final class FoundEvents {
    private let memory: UnsafeMutableRawBufferPointer
    private let capacity: Int32
    /// How many there are.
    package private(set) var count = 0

    /// Creates room for `capacity` events in one wait.
    package init(capacity: Int32) {
        self.capacity = capacity
        unsafe memory = .allocate(byteCount: Int(capacity) * Int(clinux_epoll_record_size), alignment: 8)
    }

    deinit { unsafe memory.deallocate() }

    fileprivate func fill(_ body: (UnsafeMutableRawPointer?, Int32) throws(Errno) -> Int32) throws(Errno) {
        count = 0
        count = Int(unsafe try body(memory.baseAddress, capacity))
    }

    /// The event with this index, less than `count`: what is ready, and the token of the descriptor.
    package subscript(index: Int) -> (token: UInt64, events: ReadyEvents) {
        precondition(index >= 0 && index < count)
        let (records, number) = unsafe (memory.baseAddress, Int32(index))
        return unsafe (
            clinux_epoll_token(records, number), ReadyEvents(rawValue: clinux_epoll_events(records, number))
        )
    }
}
