// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The time of day (clock_gettime(2), `CLOCK_REALTIME`).
package enum WallClock {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    package static var seconds: Int64 { KernelClock.time(CLOCK_REALTIME).seconds }

    /// Whole nanoseconds since 1970-01-01T00:00:00Z.
    package static var nanoseconds: Int64 { KernelClock.nanoseconds(CLOCK_REALTIME) }
}
