// SPDX-License-Identifier: Apache-2.0
public import Linux
public import PortPolicy

/// What one file of the authbind tree, or one line of a byuid file, allows.
public struct AuthbindGrant: Hashable, Sendable {
    /// Whom: everyone, or a user or group by number.
    public let identity: Identity
    /// The addresses as the tree has them: `127.0.0.1`, `10.0.0.0/8`, `::1-::9`; nil for all.
    public let addresses: ByteString?
    /// The ports.
    public let ports: PortRange
    /// The path of the file.
    public let path: ByteString
    /// The line of a byuid file, counted from 1.
    public let line: Int?

    /// `PATH` or `PATH:LINE`.
    public var location: ByteString { line.map { "\(path):\($0)" } ?? path }
}

/// Something about the authbind tree that somebody should know.
public struct AuthbindConcern: Hashable, Sendable, ByteStringConvertible {
    /// The path of the file or folder.
    public let path: ByteString
    /// The line of a byuid file, counted from 1.
    public let line: Int?
    /// What it is.
    public let text: ByteString
    /// Whether somebody besides root can grant ports by it; otherwise something has no effect that seems to have one.
    public let isUnsafe: Bool

    init(_ text: ByteString, path: ByteString, line: Int? = nil, isUnsafe: Bool = false) {
        self.path = path
        self.line = line
        self.text = text
        self.isUnsafe = isUnsafe
    }

    /// `PATH:LINE: TEXT`.
    public var byteString: ByteString { "\(line.map { "\(path):\($0)" } ?? path): \(text)" }
}

extension ByuidRule {
    /// The ports that the file with or without `!` in its name can allow by this rule; nil if there is none.
    func ports(from start: UInt32, to end: UInt32) -> PortRange? {
        let (lower, upper) = (max(lowest, start), min(highest, end))
        guard lower <= upper, first <= last else { return nil }
        return PortRange(Port(rawValue: UInt16(lower)), Port(rawValue: UInt16(upper)))
    }

    /// The addresses: one, a prefix, or the first and the last.
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
