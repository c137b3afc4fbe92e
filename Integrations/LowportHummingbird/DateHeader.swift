// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif
import Synchronization

/// The value of the header `Date`, made anew when the second has changed (RFC 9110, 5.6.7).
final class DateHeader: Sendable {
    private let cache = Mutex((second: time_t.min, text: ""))

    /// The present time, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
    var text: String {
        let second = time(nil)
        return cache.withLock { cache in
            if cache.second != second { cache = (second, Self.text(second)) }
            return cache.text
        }
    }

    /// A time as text, which does not depend on the locale.
    ///
    /// - Parameter second: seconds since 1970-01-01T00:00:00Z.
    static func text(_ second: time_t) -> String {
        var second = second
        var parts = unsafe tm()
        guard unsafe gmtime_r(&second, &parts) != nil else { return "" }
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
        let day = unsafe "\(days[Int(parts.tm_wday)]), \(twoDigits(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
        return unsafe "\(day) \(1900 + parts.tm_year) \(clock) GMT"
    }

    private static func twoDigits(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
#endif
