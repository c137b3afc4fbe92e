// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A duration in milliseconds.
package struct Milliseconds: RawRepresentable, Hashable, Comparable, Sendable {
    /// The number.
    package let rawValue: Int

    /// Creates a duration of `rawValue` milliseconds.
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Creates a span of whole seconds.
    package static func seconds(_ count: Int) -> Milliseconds { Milliseconds(rawValue: count * 1000) }

    /// The shorter is less.
    package static func < (left: Milliseconds, right: Milliseconds) -> Bool { left.rawValue < right.rawValue }
}

/// A time of the clock that never jumps (`CLOCK_MONOTONIC`, clock_gettime(2)).
package struct Instant: Hashable, Comparable, Sendable {
    private let nanoseconds: Int

    private init(nanoseconds: Int) { self.nanoseconds = nanoseconds }

    /// The time now.
    package static var now: Instant {
        Instant(nanoseconds: Int(KernelClock.nanoseconds(CLOCK_MONOTONIC)))
    }

    /// The microseconds since an unspecified time, the same for all processes of the machine.
    package var microseconds: Int { nanoseconds / 1000 }

    /// The time `span` after `start`.
    package static func + (start: Instant, span: Milliseconds) -> Instant {
        Instant(nanoseconds: start.nanoseconds + span.rawValue * 1_000_000)
    }

    /// The duration until this time, rounded up; zero when it has passed.
    package var remaining: Milliseconds {
        let left = nanoseconds - Instant.now.nanoseconds
        return Milliseconds(rawValue: left <= 0 ? 0 : (left + 999_999) / 1_000_000)
    }

    /// The duration since this time.
    package var elapsed: Milliseconds {
        Milliseconds(rawValue: (Instant.now.nanoseconds - nanoseconds) / 1_000_000)
    }

    /// The earlier is less.
    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// Waits for `span`.
///
/// The corresponding system call is poll(2) without descriptors.
package func pause(for span: Milliseconds) {
    var entries: [PollEntry] = []
    let end = Instant.now + span
    while end.remaining > Milliseconds(rawValue: 0) { _ = try? poll(&entries, timeout: end.remaining) }
}
