// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLinux
internal import TestSupport

/// Texts that are nearly, or exactly, capability texts; the same in every run.
struct TextGenerator {
    private var numbers: SplitMix

    init(seed: UInt64) { numbers = SplitMix(seed: seed) }

    private mutating func next() -> UInt64 { numbers.next() }

    private mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    private mutating func one(of choices: [ByteString]) -> ByteString { choices[below(choices.count)] }

    /// A text of up to five clauses, one in three of them damaged.
    mutating func nextText() -> ByteString {
        var text = ByteString()
        for index in 0...below(5) {
            if index > 0 || below(8) == 0 {
                text += one(of: [" ", " ", " ", "\n", "\t ", "\r", "\u{B}", "\u{C}", "  "])
            }
            text += nextClause()
        }
        if below(8) == 0 { text += " " }
        if below(3) == 0 { damage(&text) }
        return text
    }

    private mutating func nextClause() -> ByteString {
        if below(5) == 0 { return "=" + nextFlags() }
        var clause = nextItem()
        for _ in 0..<(below(3) == 0 ? below(6) : 0) { clause += "," + nextItem() }
        switch below(12) {
        case 0: break
        case 1...5: clause += "=" + nextFlags()
        default: clause += one(of: ["+", "-", "=", "=+", "=-"]) + nextFlags()
        }
        while below(4) == 0 { clause += one(of: ["+", "-"]) + nextFlags() }
        return clause
    }

    private mutating func nextFlags() -> ByteString {
        one(of: ["", "e", "i", "p", "ep", "ep", "pe", "ip", "ei", "eip", "pie", "eepp", "p"])
    }

    private mutating func nextItem() -> ByteString {
        switch below(14) {
        case 0: return "all"
        case 1: return one(of: ["ALL", "All", "aLL"])
        case 2: return ByteString(decimal: below(70))
        case 3: return one(of: ["0x", "0X"]) + one(of: ["0", "1", "a", "1F", "28", "29", "3f", "40", "", "g"])
        case 4: return "0" + ByteString(decimal: below(110))
        case 5:
            let capability = Capability(rawValue: UInt8(below(41)))
            return ByteString((capability?.byteString ?? "").bytes.map { below(2) == 0 && $0 >= 0x61 ? $0 ^ 0x20 : $0 })
        default: return Capability(rawValue: UInt8(below(44)))?.byteString ?? ""
        }
    }

    /// Changes, takes out, doubles or puts in up to three bytes.
    private mutating func damage(_ text: inout ByteString) {
        let letters = Array("eipEIP=+-,_ \t\nacx0189%!^#\u{0}".utf8) + [0x80, 0xFF]
        for _ in 0...below(3) where !text.isEmpty {
            let place = below(text.count)
            switch below(4) {
            case 0: text.bytes.remove(at: place)
            case 1: text.bytes.insert(text.bytes[place], at: place)
            case 2: text.bytes[place] = letters[below(letters.count)]
            default: text.bytes.insert(letters[below(letters.count)], at: place)
            }
        }
    }

    /// A state of sets that are empty, sparse, dense or like each other.
    mutating func nextState() -> CapabilityState {
        let sets = (0..<3).map { _ in nextSet() }
        return CapabilityState(
            effective: sets[0],
            permitted: below(3) == 0 ? sets[0] : sets[1],
            inheritable: below(3) == 0 ? sets[0] : sets[2]
        )
    }

    private mutating func nextSet() -> CapabilitySet {
        switch below(5) {
        case 0: CapabilitySet()
        case 1: CapabilitySet(rawValue: next() & next() & next() & next())
        case 2: CapabilitySet(rawValue: ~(next() & next() & next()))
        case 3: CapabilitySet(rawValue: (1 << 41) - 1)
        default: CapabilitySet(rawValue: next())
        }
    }

    /// A list of inheritance vectors, one in four damaged.
    mutating func nextVectors() -> ByteString {
        var text = ByteString()
        for index in 0..<below(6) {
            if index > 0 { text += "," }
            for _ in 0..<below(3) { text += one(of: ["!", "^", "%"]) }
            text += nextItem()
        }
        if below(10) == 0 { text += "," }
        if below(4) == 0 { damage(&text) }
        return text
    }
}
