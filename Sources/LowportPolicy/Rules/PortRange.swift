// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// One port, or several consecutive ports.
package struct PortRange: Hashable, Sendable, ByteStringConvertible {
    /// The lowest port.
    package let lower: Port
    /// The highest port; `lower` for a single port.
    package let upper: Port

    /// Creates the range `lower`-`upper`; nil if `upper` is less than `lower`.
    package init?(_ lower: Port, _ upper: Port) {
        guard lower <= upper else { return nil }
        self.lower = lower
        self.upper = upper
    }

    /// Creates the range of one port.
    package init(_ port: Port) {
        lower = port
        upper = port
    }

    /// Parses `80` or `8000-8010`; nil for anything else, and for port 0.
    package init?(text: ByteString) { self.init(text.bytes[...]) }

    /// Like `init(text:)`, for a part of a line.
    init?(_ text: ArraySlice<UInt8>) {
        func port(_ text: ArraySlice<UInt8>) -> Port? {
            guard let value = Digits.canonicalNumber(text, upTo: 65535), value > 0 else { return nil }
            return Port(rawValue: UInt16(value))
        }
        guard let dash = text.firstIndex(of: UInt8(ascii: "-")) else {
            guard let port = port(text) else { return nil }
            self.init(port)
            return
        }
        guard let lower = port(text[..<dash]), let upper = port(text[(dash + 1)...]) else { return nil }
        self.init(lower, upper)
    }

    /// Whether `port` is in the range.
    package func contains(_ port: Port) -> Bool { lower <= port && port <= upper }

    /// Whether all of `other` is in the range.
    package func contains(_ other: PortRange) -> Bool { lower <= other.lower && other.upper <= upper }

    /// Whether the ranges have a port in common.
    package func overlaps(_ other: PortRange) -> Bool { lower <= other.upper && other.lower <= upper }

    /// `80` or `8000-8010`.
    package var byteString: ByteString { lower == upper ? "\(lower)" : "\(lower)-\(upper)" }

    /// The rest of the range without the ports of `other`: none, one or two ranges.
    package func subtracting(_ other: PortRange) -> [PortRange] {
        guard overlaps(other) else { return [self] }
        var rest: [PortRange] = []
        if lower < other.lower {
            rest += PortRange(lower, Port(rawValue: other.lower.rawValue - 1)).map { [$0] } ?? []
        }
        if other.upper < upper {
            rest += PortRange(Port(rawValue: other.upper.rawValue + 1), upper).map { [$0] } ?? []
        }
        return rest
    }
}
