// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The calendar and the clock of this machine's time zone (`TZ`, localtime(5)).
package enum LocalTime {
    /// A day of the Gregorian calendar.
    package struct Day: Hashable, Sendable {
        /// The year, the month (1-12) and the day of the month, from 1. mktime(3) accepts days beyond the end of a month.
        package let year: Int32, month: Int32, day: Int32

        /// Creates a day from its numbers.
        package init(_ year: Int32, _ month: Int32, _ day: Int32) {
            (self.year, self.month, self.day) = (year, month, day)
        }

        /// The day that comes `count` days after this one.
        package func adding(_ count: Int32) -> Day { Day(year, month, day + count) }
    }

    /// The day that a moment is on; nil if the C library cannot say it.
    /// - Parameter seconds: the moment, in seconds since 1970-01-01T00:00:00Z.
    package static func day(of seconds: Int64) -> Day? {
        var time = time_t(seconds)
        var parts = unsafe tm()
        guard unsafe localtime_r(&time, &parts) != nil else { return nil }
        return unsafe Day(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
    }

    /// The moment that the clock shows `hour`, `minute` and `second` on a day, in seconds since 1970-01-01T00:00:00Z; nil if the
    /// day is in no calendar. The hour 24 is the first of the next day.
    ///
    /// A time that the clock leaves out is that by which it is put forward; of a time that it shows twice, the C library chooses.
    package static func seconds(_ day: Day, _ hour: Int32, _ minute: Int32, _ second: Int32) -> Int64? {
        var parts = unsafe tm()
        unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) = (day.year - 1900, day.month - 1, day.day)
        unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec, parts.tm_isdst) = (hour, minute, second, -1)
        let result = unsafe mktime(&parts)
        return result == -1 ? nil : Int64(result)
    }

    /// Whether the calendar has that day.
    package static func has(_ day: Day) -> Bool {
        // At noon, no time zone puts the clock forward or back.
        seconds(day, 12, 0, 0).flatMap { LocalTime.day(of: $0) } == day
    }
}
