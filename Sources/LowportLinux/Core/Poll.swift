// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// What a descriptor is ready for (poll(2)).
package struct PollEvents: OptionSet, Sendable {
    /// The kernel's bits.
    package let rawValue: Int16

    /// Creates a set from the kernel's events.
    package init(rawValue: Int16) { self.rawValue = rawValue }

    /// `POLLIN`: data, a connection or the end of the file is available.
    package static var readable: PollEvents { PollEvents(rawValue: Int16(POLLIN)) }
    /// `POLLOUT`: there is room.
    package static var writable: PollEvents { PollEvents(rawValue: Int16(POLLOUT)) }
    /// `POLLERR`: the descriptor failed, or the reader of a pipe is gone. Reported without being asked for.
    package static var failed: PollEvents { PollEvents(rawValue: Int16(POLLERR)) }
    /// `POLLHUP`: both directions are closed. Reported without being asked for.
    package static var hungUp: PollEvents { PollEvents(rawValue: Int16(POLLHUP)) }
    /// `POLLNVAL`: the descriptor is not open. Reported without being asked for.
    package static var notOpen: PollEvents { PollEvents(rawValue: Int16(POLLNVAL)) }
}

/// A descriptor to wait for, and its events.
package struct PollEntry: Sendable {
    fileprivate var native: pollfd

    /// Creates an entry for `events` on `descriptor`; an entry for nil is never ready.
    package init(_ descriptor: InheritedDescriptor?, _ events: PollEvents) {
        native = pollfd(fd: descriptor?.rawValue ?? -1, events: events.rawValue, revents: 0)
    }

    /// Whether the entry has no descriptor.
    package var isAbsent: Bool { native.fd < 0 }

    /// What the descriptor was ready for at the last `poll`.
    package var found: PollEvents { PollEvents(rawValue: native.revents) }

    /// Whether a read returns at once: with data, the end of the file or an error.
    package var isReadable: Bool { !found.isDisjoint(with: [.readable, .hungUp, .failed, .notOpen]) }

    /// Whether a write returns at once, with success or an error.
    package var isWritable: Bool { !found.isDisjoint(with: [.writable, .hungUp, .failed, .notOpen]) }
}

/// Waits until one of `entries` is ready.
///
/// The corresponding system call is poll(2). Throws EINTR if a signal interrupts it, so that the caller can handle the
/// signal and update the timeout.
/// - Parameter timeout: the longest wait; nil for no limit.
/// - Returns: whether anything is ready.
package func poll(_ entries: inout [PollEntry], timeout: Milliseconds?) throws(Errno) -> Bool {
    let limit = Int32(clamping: timeout?.rawValue ?? -1)
    let ready = try valueOrErrno(.poll, retryOnInterrupt: false) {
        unsafe entries.withUnsafeMutableBufferPointer { entries in
            // SAFETY: an entry consists of one pollfd and nothing else.
            unsafe entries.withMemoryRebound(to: pollfd.self) {
                unsafe LowportCLinux.poll($0.baseAddress, nfds_t($0.count), limit)
            }
        }
    }
    return ready > 0
}

extension Descriptor where Self: ~Copyable {
    /// Waits until the descriptor is ready for one of `events`, whatever signals arrive meanwhile.
    /// - Returns: false if `deadline` passed first.
    package func wait(for events: PollEvents, until deadline: Instant?) throws(Errno) -> Bool {
        var entries = [PollEntry(reference, events)]
        return try wait(for: &entries, until: deadline)
    }

    /// Waits until one of `entries` is ready, whatever signals arrive meanwhile.
    /// - Returns: false if `deadline` passed first.
    func wait(for entries: inout [PollEntry], until deadline: Instant?) throws(Errno) -> Bool {
        while true {
            do throws(Errno) {
                if try poll(&entries, timeout: deadline?.remaining) { return true }
                return false
            } catch {
                if error != .interrupted { throw error }
            }
        }
    }

    /// The same descriptor, without its ownership. Must not be used after its owner is gone.
    package var reference: InheritedDescriptor { InheritedDescriptor(rawValue) }
}
