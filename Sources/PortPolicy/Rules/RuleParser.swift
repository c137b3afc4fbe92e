// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// Reads one line of a rules file, word by word, strictly (lowport.rules(5)).
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
        guard bytes.count <= RulesFile.maximumLineLength else { throw atPosition(expected: .shorterLine) }
        guard let verb = word() else { return nil }
        guard verb.text == "allow" else { throw error(verb, expected: .verb) }
        let identity = try identity()
        let transports = try list(.transport, Self.transport).reduce(into: TransportSet()) { $0.formUnion($1) }
        var rule = Rule(identity, transports, try list(.ports, PortRange.init(text:)))
        while let option = word() {
            if option.text == "on", rule.prefixes.isEmpty, rule.until == nil {
                rule.prefixes = try list(.prefix, AddressPrefix.init(text:))
            } else if option.text == "until", rule.until == nil {
                rule.until = try expect(.time) { Timestamp($0) }
            } else {
                throw error(option, expected: .option)
            }
        }
        return rule
    }

    // MARK: - Parts of a rule

    private mutating func identity() throws(RuleError) -> Identity {
        guard let kind = word() else { throw atPosition(expected: .identity) }
        switch kind.text {
        case "everyone": return .everyone
        case "user": return .user(try name(ofGroup: false))
        case "group": return .group(try name(ofGroup: true))
        case "uid": return .userID(UserID(rawValue: try number(ofGroup: false)))
        case "gid": return .groupID(GroupID(rawValue: try number(ofGroup: true)))
        default: throw error(kind, expected: .identity)
        }
    }

    private mutating func name(ofGroup: Bool) throws(RuleError) -> ByteString {
        guard let name = word() else { throw atPosition(expected: .name(ofGroup: ofGroup)) }
        // A number may be a name by mistake alone, and lists of names look possible and are not.
        if Decimal.value(of: name.text, upTo: UInt64(UInt32.max)) != nil {
            throw error(name, expected: .name(ofGroup: ofGroup))
        }
        if name.text.bytes.contains(UInt8(ascii: ",")) { throw error(name, expected: .singleName(ofGroup: ofGroup)) }
        return name.text
    }

    private mutating func number(ofGroup: Bool) throws(RuleError) -> UInt32 {
        // The last number means "no change" to setreuid(2) and the like; it is nobody's.
        try expect(.number(ofGroup: ofGroup)) { text in
            Decimal.value(of: text, upTo: UInt64(UInt32.max) - 1).map { UInt32($0) }
        }
    }

    private static func transport(_ text: ByteString) -> TransportSet? {
        switch text {
        case "tcp": .tcp
        case "udp": .udp
        case "any": .any
        default: nil
        }
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

    /// The next word, as `read` reads it.
    private mutating func expect<Value>(
        _ expected: RuleError.Expectation,
        _ read: (ByteString) -> Value?
    ) throws(RuleError) -> Value {
        guard let word = word() else { throw atPosition(expected: expected) }
        guard let value = read(word.text) else { throw error(word, expected: expected) }
        return value
    }

    /// The next word as a list of items with commas between them, each as `read` reads it.
    private mutating func list<Item>(
        _ expected: RuleError.Expectation,
        _ read: (ByteString) -> Item?
    ) throws(RuleError) -> [Item] {
        guard let word = word() else { throw atPosition(expected: expected) }
        var items: [Item] = []
        var start = word.start
        for part in word.text.split(on: UInt8(ascii: ",")) {
            guard let item = read(part) else {
                throw error(Word(start: start, text: part.isEmpty ? word.text : part), expected: expected)
            }
            items.append(item)
            start += part.count + 1
        }
        return items
    }

    // MARK: - Faults

    private func error(_ word: Word, expected: RuleError.Expectation) -> RuleError {
        RuleError(
            line: line,
            column: word.start - bytes.startIndex + 1,
            found: word.text,
            expected: word.text.hasSuffix("\r") ? .plainLineEnd : expected
        )
    }

    private func atPosition(expected: RuleError.Expectation) -> RuleError {
        RuleError(line: line, column: position - bytes.startIndex + 1, found: "", expected: expected)
    }
}
