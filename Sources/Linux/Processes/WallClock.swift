// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// The time of day (clock_gettime(2), `CLOCK_REALTIME`).
public enum WallClock {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    public static var seconds: Int64 {
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec)
    }

    /// Whole nanoseconds since 1970-01-01T00:00:00Z.
    public static var nanoseconds: Int64 {
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    }
}
