// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Reads one line of a rules file, word by word, strictly.
struct RuleParser {
    private let bytes: ArraySlice<UInt8>
    private let line: Int
    private var position: Int

    /// Reads `bytes`, the line with the number `line` without its newline.
    init(_ bytes: ArraySlice<UInt8>, line: Int) {
        self.bytes = bytes
        self.line = line
        position = bytes.startIndex
    }

    /// The rule on the line; nil if there is only a comment or nothing.
    mutating func rule() throws(RuleError) -> Rule? {
        if bytes.count > RulesFile.maximumLineLength {
            throw error(at: bytes.startIndex, "", expected: "at most \(RulesFile.maximumLineLength) bytes in a line")
        }
        guard let verb = word() else { return nil }
        guard verb.text == "allow" else { throw error(verb, expected: "\"allow\"", among: ["allow"]) }
        let identity = try identity()
        let transports = try transports()
        let ports = try list("a port 1-65535 or a range of ports (80, 8000-8010)", Self.portRange)
        var rule = Rule(identity, transports, ports)
        while let option = word() {
            if option.text == "on", rule.prefixes.isEmpty, rule.until == nil {
                rule.prefixes = try list(
                    "an address or a prefix (192.0.2.10, 127.0.0.0/8, ::1)",
                    guess: Self.prefixWithoutHostBits,
                    Self.prefix
                )
            } else if option.text == "until", rule.until == nil {
                rule.until = try until()
            } else {
                throw error(option, expected: "\"on\", \"until\" or the end of the line", among: ["on", "until"])
            }
        }
        return rule
    }

    // MARK: - Parts of a rule

    private mutating func identity() throws(RuleError) -> Identity {
        let kinds: [ByteString] = ["user", "group", "uid", "gid", "everyone"]
        let expected: ByteString = "user NAME, group NAME, uid NUMBER, gid NUMBER or everyone"
        guard let kind = word() else { throw atEnd(expected: expected) }
        switch kind.text {
        case "everyone": return .everyone
        case "user": return .user(try name("user", number: "uid"))
        case "group": return .group(try name("group", number: "gid"))
        case "uid": return .userID(UserID(rawValue: try number("user")))
        case "gid": return .groupID(GroupID(rawValue: try number("group")))
        default: throw error(kind, expected: expected, among: kinds)
        }
    }

    private mutating func name(_ kind: ByteString, number: ByteString) throws(RuleError) -> ByteString {
        guard let name = word() else { throw atEnd(expected: "the name of a \(kind)") }
        if let value = Self.decimal(name.text, limit: UInt64(UInt32.max)) {
            throw error(name, expected: "the name of a \(kind)", suggestion: "\(number) \(value)")
        }
        // A comma is refused because lists of names look possible and are not.
        guard !name.text.bytes.contains(UInt8(ascii: ",")) else {
            throw error(name, expected: "the name of one \(kind); write a line for each")
        }
        return name.text
    }

    private mutating func number(_ kind: ByteString) throws(RuleError) -> UInt32 {
        // The last number means "no change" to setreuid(2) and the like; it is nobody's.
        let expected: ByteString = "the number of a \(kind), 0-4294967294"
        guard let word = word() else { throw atEnd(expected: expected) }
        guard let value = Self.decimal(word.text, limit: UInt64(UInt32.max) - 1) else {
            throw error(word, expected: expected)
        }
        return UInt32(value)
    }

    private mutating func transports() throws(RuleError) -> TransportSet {
        let known: [ByteString] = ["tcp", "udp", "any"]
        let parts: [TransportSet] = try list("a protocol (tcp, udp or any)", among: known) { text in
            switch text {
            case "tcp": .tcp
            case "udp": .udp
            case "any": .any
            default: nil
            }
        }
        return parts.reduce(into: TransportSet(rawValue: 0)) { $0.formUnion($1) }
    }

    private mutating func until() throws(RuleError) -> Timestamp {
        let expected: ByteString = "a time such as 2026-12-01T12:00:00Z or 2026-12-01T12:00:00+01:00"
        guard let word = word() else { throw atEnd(expected: expected) }
        guard let time = Timestamp(word.text) else { throw error(word, expected: expected) }
        return time
    }

    private static func portRange(_ text: ByteString) -> PortRange? {
        let ends = text.split(on: UInt8(ascii: "-"))
        guard ends.count <= 2, let lower = port(ends[0]), let upper = port(ends[ends.count - 1]) else { return nil }
        return PortRange(lower, upper)
    }

    private static func port(_ text: ByteString) -> Port? {
        guard let value = decimal(text, limit: 65535), value > 0 else { return nil }
        return Port(rawValue: UInt16(value))
    }

    private static func prefix(_ text: ByteString) -> AddressPrefix? {
        guard let (address, length) = addressAndLength(text) else { return nil }
        return AddressPrefix(address, length: length)
    }

    /// What `127.0.0.1/8` was meant to be: `127.0.0.0/8`.
    private static func prefixWithoutHostBits(_ text: ByteString) -> ByteString? {
        guard let (address, length) = addressAndLength(text), length <= AddressPrefix.width(of: address) else {
            return nil
        }
        return AddressPrefix(AddressPrefix.truncate(address, to: length), length: length)?.byteString
    }

    private static func addressAndLength(_ text: ByteString) -> (IPAddress, Int)? {
        let parts = text.split(on: UInt8(ascii: "/"))
        guard let address = IPAddress(parts[0]) else { return nil }
        if parts.count == 1 { return (address, AddressPrefix.width(of: address)) }
        guard parts.count == 2, let length = decimal(parts[1], limit: 128) else { return nil }
        return (address, Int(length))
    }

    /// A decimal number without a sign and without leading zeros, up to `limit`.
    private static func decimal(_ text: ByteString, limit: UInt64) -> UInt64? {
        guard !text.isEmpty, text.count <= 19, text.count == 1 || text.bytes[0] != UInt8(ascii: "0") else { return nil }
        var value: UInt64 = 0
        for byte in text.bytes {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return value <= limit ? value : nil
    }

    // MARK: - Words

    private struct Word {
        let start: Int
        let text: ByteString
    }

    /// The next word; nil at the end of the line or at a comment. Words are separated by blanks and tabs.
    private mutating func word() -> Word? {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        while position < bytes.endIndex, isBlank(bytes[position]) { position += 1 }
        guard position < bytes.endIndex, bytes[position] != UInt8(ascii: "#") else { return nil }
        let start = position
        while position < bytes.endIndex, !isBlank(bytes[position]), bytes[position] != UInt8(ascii: "#") {
            position += 1
        }
        return Word(start: start, text: ByteString(bytes[start..<position]))
    }

    /// The next word as a list of items with commas between them.
    private mutating func list<Item>(
        _ expected: ByteString,
        among known: [ByteString] = [],
        guess: (ByteString) -> ByteString? = { _ in nil },
        _ item: (ByteString) -> Item?
    ) throws(RuleError) -> [Item] {
        guard let word = word() else { throw atEnd(expected: expected) }
        var items: [Item] = []
        var start = word.start
        for part in word.text.split(on: UInt8(ascii: ",")) {
            guard let value = item(part) else {
                let place = Word(start: start, text: part.isEmpty ? word.text : part)
                let suggestion = guess(part) ?? Spelling.nearest(to: part, among: known)
                throw error(place, expected: expected, suggestion: suggestion)
            }
            items.append(value)
            start += part.count + 1
        }
        return items
    }

    // MARK: - Faults

    private func error(_ word: Word, expected: ByteString, among known: [ByteString]) -> RuleError {
        error(word, expected: expected, suggestion: Spelling.nearest(to: word.text, among: known))
    }

    private func error(_ word: Word, expected: ByteString, suggestion: ByteString? = nil) -> RuleError {
        // A byte that nobody can see gets said, since it cannot be shown.
        if word.text.bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            let isDOS = word.text.hasSuffix("\r")
            return error(
                at: word.start,
                Self.visible(word.text),
                expected: isDOS ? "a line that ends with a newline alone (this file has DOS line ends)" : expected
            )
        }
        return error(at: word.start, word.text, expected: expected, suggestion: suggestion)
    }

    private func error(
        at start: Int,
        _ found: ByteString,
        expected: ByteString,
        suggestion: ByteString? = nil
    ) -> RuleError {
        let column = start - bytes.startIndex + 1
        return RuleError(line: line, column: column, found: found, expected: expected, suggestion: suggestion)
    }

    private func atEnd(expected: ByteString) -> RuleError { error(at: position, "", expected: expected) }

    /// `text` with control characters shown as `\xNN`, so that a message cannot drive somebody's terminal.
    private static func visible(_ text: ByteString) -> ByteString {
        var shown: [UInt8] = []
        let digits = ByteString("0123456789abcdef").bytes
        for byte in text.bytes {
            if byte < 0x20 || byte == 0x7F {
                shown += [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                shown.append(byte)
            }
        }
        return ByteString(shown)
    }
}
