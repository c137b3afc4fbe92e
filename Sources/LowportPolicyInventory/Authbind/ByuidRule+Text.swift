// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

extension ByuidRule {
    /// The ports from `start` to `end`, those of a file with or without `!` in its name, that this rule allows; nil if
    /// there are none.
    func ports(from start: UInt32, to end: UInt32) -> PortRange? {
        let (lower, upper) = (max(lowest, start), min(highest, end))
        guard lower <= upper, first <= last else { return nil }
        return PortRange(Port(rawValue: UInt16(lower)), Port(rawValue: UInt16(upper)))
    }

    /// The addresses: a single one, a prefix, or the first and the last.
    var addressesText: ByteString {
        let width: Int = family == .v4 ? 32 : 128
        let (low, high) = (Self.text(of: first, family), Self.text(of: last, family))
        if first == last { return low }
        let differing = first ^ last
        let free = 128 - differing.leadingZeroBitCount
        let isPrefix = differing == (free == 128 ? .max : (1 << UInt128(free)) - 1) && first & differing == 0
        return isPrefix ? "\(low)/\(width - free)" : "\(low)-\(high)"
    }

    private static func text(of number: UInt128, _ family: Family) -> ByteString {
        switch family {
        case .v4: IPv4Address(rawValue: UInt32(truncatingIfNeeded: number)).byteString
        case .v6:
            IPv6Address(
                high: UInt64(truncatingIfNeeded: number >> 64),
                low: UInt64(truncatingIfNeeded: number)
            ).byteString
        }
    }
}
