// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// How the clocks that BPF programs read relate to the time of day (clock_gettime(2)).
package enum KernelClock {
    /// Seconds by which International Atomic Time (`CLOCK_TAI`) is ahead of the time of day: 0 until it is set.
    package static var atomicOffset: Int64 {
        (nanoseconds(CLOCK_TAI) - nanoseconds(CLOCK_REALTIME) + 500_000_000) / 1_000_000_000
    }

    /// The time at which `CLOCK_BOOTTIME` was 0, in nanoseconds since 1970-01-01T00:00:00Z by the present clock.
    package static var start: Int64 { nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_BOOTTIME) }

    /// The time of `CLOCK_BOOTTIME`, in nanoseconds.
    package static var sinceStart: UInt64 { UInt64(truncatingIfNeeded: nanoseconds(CLOCK_BOOTTIME)) }

    /// The length of a kernel tick, the resolution of the coarse clocks, in nanoseconds.
    package static var tick: Int32 {
        var resolution = timespec()
        _ = unsafe clock_getres(CLOCK_MONOTONIC_COARSE, &resolution)
        return Int32(resolution.tv_nsec)
    }

    /// The time of the clock with the number `clock` in nanoseconds. It wraps around on overflow.
    static func nanoseconds(_ clock: Int32) -> Int64 {
        let time = time(clock)
        return time.seconds &* 1_000_000_000 &+ time.nanoseconds
    }

    /// The time of the clock with the number `clock`: whole seconds, and nanoseconds beyond them.
    static func time(_ clock: Int32) -> (seconds: Int64, nanoseconds: Int64) {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return (Int64(time.tv_sec), Int64(time.tv_nsec))
    }
}
