// SPDX-License-Identifier: Apache-2.0

/// Splits bytes into UTF-8 characters (RFC 3629) and single bytes that are part of none.
package struct UTF8Characters: Sequence, IteratorProtocol {
    /// A character, or a byte that is part of none.
    package struct Element {
        /// The Unicode code point; nil for a byte that is part of none.
        package let scalar: UInt32?
        /// Its bytes: one to four, or the one.
        package let bytes: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    /// Takes the bytes of `text`.
    package init(_ text: ByteString) { rest = text.bytes[...] }

    /// Whether all of it is UTF-8.
    package var isValid: Bool {
        var copy = self
        while let element = copy.next() {
            if element.scalar == nil { return false }
        }
        return true
    }

    /// The next character or byte; nil at the end.
    package mutating func next() -> Element? {
        guard let first = rest.first else { return nil }
        let length = length(behind: first) ?? 0
        let bytes = rest.prefix(Swift.max(length, 1))
        rest = rest.dropFirst(bytes.count)
        if length == 0 { return Element(scalar: nil, bytes: bytes) }
        // The first byte has 7, 5, 4 or 3 bits of the code point, each other one 6.
        var scalar = UInt32(first) & (length == 1 ? 0x7F : 0x7F >> UInt32(length))
        for byte in bytes.dropFirst() { scalar = scalar << 6 | UInt32(byte & 0x3F) }
        return Element(scalar: scalar, bytes: bytes)
    }

    /// The length of the character that starts with `first`; nil if none does.
    private func length(behind first: UInt8) -> Int? {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: return nil
        }
        let others = rest.dropFirst().prefix(length - 1)
        guard others.count == length - 1, let next = others.first, second.contains(next) else { return nil }
        return others.dropFirst().allSatisfy { $0 >= 0x80 && $0 <= 0xBF } ? length : nil
    }
}

/// The characters that are invisible, or that change how others look.
package enum HiddenCharacters {
    /// Whether the code point `scalar` is hidden.
    ///
    /// Hidden are the controls (C0, DEL and C1), the line and paragraph separators, the format characters of Unicode,
    /// which include those that change text direction, those with the property `Default_Ignorable_Code_Point`, and the
    /// noncharacters.
    package static func contain(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x20...0x7E: false
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x34F, 0x600...0x605, 0x61C, 0x6DD, 0x70F, 0x890...0x891, 0x8E2: true
        case 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F, 0x200B...0x200F, 0x2028...0x202E: true
        case 0x2060...0x206F, 0x3164, 0xFDD0...0xFDEF, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB: true
        case 0x110BD, 0x110CD, 0x13430...0x1343F, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF: true
        default: scalar & 0xFFFE == 0xFFFE
        }
    }
}
