// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// How the clocks that programs in the kernel read relate to the time of day (clock_gettime(2)).
public enum KernelClock {
    /// What International Atomic Time (`CLOCK_TAI`) is ahead of the time of day, in seconds: 0 until it is set.
    public static var atomicOffset: Int64 {
        (nanoseconds(CLOCK_TAI) - nanoseconds(CLOCK_REALTIME) + 500_000_000) / 1_000_000_000
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z at which `CLOCK_BOOTTIME` was 0, by the clock as it is set now.
    public static var start: Int64 { nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_BOOTTIME) }

    /// How long a tick of the kernel is, in nanoseconds: what the coarse clocks go by.
    public static var tick: Int32 {
        var resolution = timespec()
        _ = unsafe clock_getres(CLOCK_MONOTONIC_COARSE, &resolution)
        return Int32(resolution.tv_nsec)
    }

    /// The nanoseconds of the clock with the number `clock`. They wrap around where there are too many.
    static func nanoseconds(_ clock: Int32) -> Int64 {
        let time = time(clock)
        return time.seconds &* 1_000_000_000 &+ time.nanoseconds
    }

    /// What the clock with the number `clock` says: whole seconds, and the nanoseconds beside them.
    static func time(_ clock: Int32) -> (seconds: Int64, nanoseconds: Int64) {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return (Int64(time.tv_sec), Int64(time.tv_nsec))
    }
}
