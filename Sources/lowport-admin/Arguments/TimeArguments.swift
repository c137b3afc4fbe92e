// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy

/// A moment on the command line: a time of RFC 3339, or a day and a time of this machine's time zone.
struct TimestampArgument {
    let time: Timestamp

    /// Parses `2031-12-31T18:00:00Z`, `2031-12-31`, `2031-12-31 18:00`, `tomorrow`, `tomorrow 18:00` or `18:00`.
    ///
    /// A day alone means its end. A time alone is that of today.
    static func parse(_ argument: String) throws -> TimestampArgument {
        let text = ByteString(argument: argument)
        if let time = Timestamp(text) { return TimestampArgument(time: time) }
        let words = text.split(on: UInt8(ascii: " ")).filter { !$0.isEmpty }
        guard let first = words.first, words.count <= 2, let today = LocalTime.day(of: WallClock.seconds) else {
            throw expectation
        }
        let clock: (hour: Int32, minute: Int32, second: Int32)
        let day: LocalTime.Day
        if words.count == 1, let time = Self.clock(first) {
            (day, clock) = (today, time)
        } else {
            guard let named = try Self.day(first, today: today) else { throw expectation }
            guard let time = words.count == 2 ? Self.clock(words[1]) : (24, 0, 0) else { throw expectation }
            (day, clock) = (named, time)
        }
        guard let seconds = LocalTime.seconds(day, clock.hour, clock.minute, clock.second) else { throw expectation }
        return TimestampArgument(time: Timestamp(rawValue: seconds))
    }

    private static var expectation: ValidationError {
        ValidationError("expected a time such as 2031-12-31, tomorrow 18:00 or 2031-12-31T18:00:00Z")
    }

    private static func day(_ text: ByteString, today: LocalTime.Day) throws -> LocalTime.Day? {
        if text == "today" { return today }
        if text == "tomorrow" { return today.adding(1) }
        let parts = text.split(on: UInt8(ascii: "-"))
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2] else { return nil }
        let numbers = parts.compactMap { Digits.number($0, upTo: 9999) }.map { Int32($0) }
        guard numbers.count == 3 else { return nil }
        let day = LocalTime.Day(numbers[0], numbers[1], numbers[2])
        guard LocalTime.has(day) else { throw ValidationError("there is no such day") }
        return day
    }

    /// `18:00` or `18:00:30`.
    private static func clock(_ text: ByteString) -> (hour: Int32, minute: Int32, second: Int32)? {
        let parts = text.split(on: UInt8(ascii: ":"))
        let numbers = parts.compactMap { $0.count <= 2 ? Digits.number($0, upTo: 59) : nil }.map { Int32($0) }
        guard numbers.count == parts.count, (2...3).contains(parts.count), numbers[0] <= 23 else { return nil }
        return (numbers[0], numbers[1], numbers.count == 3 ? numbers[2] : 0)
    }
}

/// A length of time on the command line: `90s`, `30m`, `2h`, `7d` or `1w`.
struct DurationArgument {
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    /// Parses a number with a unit.
    static func parse(_ argument: String) throws -> DurationArgument {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let count = Digits.number(ByteString(argument: String(argument.dropLast())), upTo: 1_000_000), count > 0
        else { throw ValidationError("expected a number with a unit, such as 90s, 30m, 2h, 7d or 1w") }
        return DurationArgument(seconds: Int64(count) * unit)
    }
}

/// `--since` of `lowport log`: a moment, or as long ago.
struct SinceArgument {
    let time: Timestamp

    /// Parses a moment, as ``TimestampArgument`` does but for a day alone, which means its beginning, or a length of time.
    static func parse(_ argument: String) throws -> SinceArgument {
        if let duration = try? DurationArgument.parse(argument) {
            return SinceArgument(time: Timestamp(rawValue: WallClock.seconds - duration.seconds))
        }
        // That of a day is its first moment.
        let isDay = !argument.contains(":")
        do {
            return SinceArgument(time: try TimestampArgument.parse(isDay ? argument + " 00:00" : argument).time)
        } catch {
            throw ValidationError(
                "expected a time such as 2031-12-31, today 18:00 or 2031-12-31T18:00:00Z, or how long ago: 2h, 7d"
            )
        }
    }
}
