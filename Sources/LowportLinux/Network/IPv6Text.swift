// SPDX-License-Identifier: Apache-2.0

// The text form of IPv6 addresses, implemented here so that it does not depend on the C library.

extension IPv6Address {
    /// The shortest form, as inet_ntop(3) of the GNU C library writes it.
    package var byteString: ByteString {
        let groups = groups
        let gap = Self.longestZeros(groups)
        // IPv4-compatible and IPv4-mapped addresses end with the IPv4 address.
        let dotted = gap.lowerBound == 0 && (gap.count == 6 || gap.count == 5 && groups[5] == 0xFFFF)
        var text = ByteString()
        for (index, group) in groups.enumerated() {
            if gap.contains(index) {
                if index == gap.lowerBound { text += ":" }
                continue
            }
            if index > 0 { text += ":" }
            if dotted, index == 6 { return text + IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)).byteString }
            text += ByteString(hexadecimal: UInt32(group))
        }
        return gap.upperBound == 8 && !gap.isEmpty ? text + ":" : text
    }

    /// Parses an address as inet_pton(3) does: no brackets, no scope.
    package init?(_ text: ByteString) {
        var rest = text.bytes[...]
        var groups: [UInt16] = []
        var gap: Int?
        if rest.first == UInt8(ascii: ":") {
            rest.removeFirst()
            guard rest.first == UInt8(ascii: ":") else { return nil }
        }
        while !rest.isEmpty {
            if rest.first == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                rest.removeFirst()
                continue
            }
            let digits = rest.prefix { Digits.value(of: $0) != nil }
            let end = rest[digits.endIndex...]
            if end.first == UInt8(ascii: ".") {
                guard groups.count <= 6, let v4 = IPv4Address(rest) else { return nil }
                groups += [UInt16(v4.rawValue >> 16), UInt16(truncatingIfNeeded: v4.rawValue)]
                break
            }
            guard digits.count <= 4, groups.count < 8, let group = Digits.number(digits, base: 16) else { return nil }
            groups.append(UInt16(group))
            rest = end
            if rest.isEmpty { break }
            guard rest.first == UInt8(ascii: ":"), rest.count > 1 else { return nil }
            rest.removeFirst()
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: [UInt16](repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        self.init(high: Self.half(groups[..<4]), low: Self.half(groups[4...]))
    }

    private var groups: [UInt16] {
        [high, low].flatMap { half in
            [48, 32, 16, 0].map { (shift: UInt64) in UInt16(truncatingIfNeeded: half >> shift) }
        }
    }

    private static func half(_ groups: ArraySlice<UInt16>) -> UInt64 { groups.reduce(0) { $0 << 16 | UInt64($1) } }

    /// The first of the longest runs of at least two zeros; an empty range if there is none.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
        var (best, start) = (0..<0, 0)
        for index in 0...8 {
            if index < 8, groups[index] == 0 { continue }
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best.count < 2 ? 0..<0 : best
    }
}
