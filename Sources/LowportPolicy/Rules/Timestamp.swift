// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A point in time, to the second.
package struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable, ByteStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX).
    package let rawValue: Int64

    /// Creates the moment `rawValue` seconds after 1970-01-01T00:00:00Z.
    package init(rawValue: Int64) { self.rawValue = rawValue }

    /// Whether `left` is the earlier moment.
    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.rawValue < right.rawValue }

    /// RFC 3339 in UTC: `2026-12-01T12:00:00Z`.
    package var byteString: ByteString {
        let days = rawValue >= 0 ? rawValue / 86400 : (rawValue - 86399) / 86400
        let second = rawValue - days * 86400
        let (year, month, day) = Self.date(ofDay: days)
        func padded(_ number: Int64, _ width: Int) -> ByteString {
            let digits = ByteString(decimal: number)
            return ByteString([UInt8](repeating: UInt8(ascii: "0"), count: max(0, width - digits.count))) + digits
        }
        let time: ByteString = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(time)Z"
    }

    /// Parses a date and time of RFC 3339: `2026-12-01T12:00:00Z`, or with an offset `+01:00` in place of `Z`.
    ///
    /// Fractions of a second are rejected: no clock here is that fine. A moment outside the years 1-9999 of UTC is
    /// rejected too, because it could not be written again.
    package init?(_ text: ByteString) {
        let bytes = text.bytes
        guard bytes.count >= 20 else { return nil }
        func number(_ from: Int, _ count: Int) -> Int64? {
            Digits.number(bytes[from..<from + count]).map { Int64($0) }
        }
        func at(_ index: Int, _ one: Unicode.Scalar, or two: Unicode.Scalar? = nil) -> Bool {
            bytes[index] == UInt8(ascii: one) || two.map { bytes[index] == UInt8(ascii: $0) } ?? false
        }
        guard at(4, "-"), at(7, "-"), at(10, "T", or: "t"), at(13, ":"), at(16, ":"),
            let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
            let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2),
            (1...12).contains(month), day >= 1, day <= Self.length(ofMonth: month, year),
            hour <= 23, minute <= 59, second <= 59
        else { return nil }
        var offset: Int64 = 0
        if bytes.count == 25, at(19, "+", or: "-"), at(22, ":"), let hours = number(20, 2), let minutes = number(23, 2),
            hours <= 23, minutes <= 59
        {
            offset = (hours * 60 + minutes) * (at(19, "-") ? -60 : 60)
        } else if bytes.count != 20 || !at(19, "Z", or: "z") {
            return nil
        }
        let moment = Self.day(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
        guard moment >= Self.day(1, 1, 1) * 86400, moment < Self.day(10_000, 1, 1) * 86400 else { return nil }
        rawValue = moment
    }

    private static func length(ofMonth month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The number of a day of the Gregorian calendar; 1970-01-01 is day 0.
    ///
    /// Years are counted from March, so that the leap day is the last day of its year.
    private static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    /// The date of the day with the number `day`, for years 0 and later.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
