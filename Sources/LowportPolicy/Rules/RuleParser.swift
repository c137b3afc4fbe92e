// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Parses one line of a rules file, word by word, strictly (lowport.rules(5)).
struct RuleParser {
    private let bytes: ArraySlice<UInt8>
    private let line: Int
    private let port: Port?
    private var position: Int

    /// Creates a parser for `bytes`, the line with the number `line` without its newline.
    /// - Parameter port: the only port of interest; nil for all. A rule keeps only those ports and ranges that contain
    ///   it; a rule without any is parsed only to find its errors.
    init(_ bytes: ArraySlice<UInt8>, line: Int, onlyFor port: Port? = nil) {
        self.bytes = bytes
        self.line = line
        self.port = port
        position = bytes.startIndex
    }

    /// Parses the content of the line.
    mutating func content() throws(RuleError) -> RulesFile.Content {
        guard bytes.count <= RulesFile.maximumLineLength else { throw atPosition(expected: .shorterLine) }
        guard let verb = word() else { return .blank }
        if verb.text.spells("allow") { return .rule(try rule()) }
        if verb.text.spells("confine") { return .confinement(try confinement()) }
        throw error(verb, expected: .verb)
    }

    /// Parses what follows `allow`.
    private mutating func rule() throws(RuleError) -> Rule {
        let principal = try principal()
        var rule = Rule(principal, [], [])
        try list(.transport, Self.transport) { rule.transports.formUnion($0) }
        let wanted = port
        try list(.ports, PortRange.init(_:)) { range in
            if wanted.map({ range.contains($0) }) ?? true { rule.ports.append(range) }
        }
        var hasPrefixes = false
        while let option = word() {
            if option.text.spells("on"), !hasPrefixes, rule.until == nil {
                hasPrefixes = true
                try list(.prefix, AddressPrefix.init(_:)) { if !rule.ports.isEmpty { rule.prefixes.append($0) } }
            } else if option.text.spells("until"), rule.until == nil {
                rule.until = try expect(.time) { Timestamp(ByteString($0)) }
            } else {
                throw error(option, expected: .option)
            }
        }
        return rule
    }

    /// Parses what follows `confine`.
    private mutating func confinement() throws(RuleError) -> ConfinedPrincipal {
        guard let kind = word() else { throw atPosition(expected: .confined) }
        let confinement: ConfinedPrincipal
        if kind.text.spells("everyone") {
            confinement = .everyone
        } else if kind.text.spells("root") {
            confinement = .root
        } else if kind.text.spells("user") {
            confinement = .user(try name(ofGroup: false))
        } else if kind.text.spells("group") {
            confinement = .group(try name(ofGroup: true))
        } else if kind.text.spells("program") {
            confinement = .program(try program())
        } else {
            throw error(kind, expected: .confined)
        }
        if let more = word() { throw error(more, expected: .lineEnd) }
        return confinement
    }

    // MARK: - Parts of a rule

    private mutating func principal() throws(RuleError) -> Principal {
        guard let kind = word() else { throw atPosition(expected: .principal) }
        var identity = Principal.everyone
        if !kind.text.spells("program") {
            identity = try self.identity(kind)
            let end = position
            guard let next = word(), next.text.spells("program") else {
                position = end
                return identity
            }
        }
        return .program(try program(), of: identity)
    }

    private mutating func program() throws(RuleError) -> ByteString {
        guard let path = word() else { throw atPosition(expected: .program) }
        guard path.text.isProgramPath else { throw error(path, expected: .program) }
        return ByteString(path.text)
    }

    private mutating func identity(_ kind: Word) throws(RuleError) -> Principal {
        if kind.text.spells("user") { return .user(try name(ofGroup: false)) }
        if kind.text.spells("group") { return .group(try name(ofGroup: true)) }
        if kind.text.spells("uid") { return .userID(UserID(rawValue: try number(ofGroup: false))) }
        if kind.text.spells("gid") { return .groupID(GroupID(rawValue: try number(ofGroup: true))) }
        if kind.text.spells("everyone") { return .everyone }
        throw error(kind, expected: .principal)
    }

    private mutating func name(ofGroup: Bool) throws(RuleError) -> ByteString {
        guard let name = word() else { throw atPosition(expected: .name(ofGroup: ofGroup)) }
        // A number as a name can only be a mistake, and a list of names looks valid but is not. No account has a name
        // with control characters: a rule with a DOS line end would silently match no process.
        if Digits.canonicalNumber(name.text, upTo: UInt64(UInt32.max)) != nil
            || name.text.contains(where: { $0 < 0x20 || $0 == 0x7F })
        {
            throw error(name, expected: .name(ofGroup: ofGroup))
        }
        if name.text.contains(UInt8(ascii: ",")) { throw error(name, expected: .singleName(ofGroup: ofGroup)) }
        return ByteString(name.text)
    }

    private mutating func number(ofGroup: Bool) throws(RuleError) -> UInt32 {
        // The highest number means "no change" to setreuid(2) and similar calls; no user or group has it.
        try expect(.number(ofGroup: ofGroup)) { text in
            Digits.canonicalNumber(text, upTo: UInt64(UInt32.max) - 1).map { UInt32($0) }
        }
    }

    private static func transport(_ text: ArraySlice<UInt8>) -> TransportSet? {
        for transport in TransportProtocol.allCases where transport.isWord && text.spells(transport.word) {
            return TransportSet(transport)
        }
        return text.spells("any") ? .any : nil
    }

    // MARK: - Words

    private struct Word {
        let text: ArraySlice<UInt8>
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
        return Word(text: bytes[start..<position])
    }

    /// Parses the next word with `read`.
    private mutating func expect<Value>(
        _ expected: RuleError.Expectation,
        _ read: (ArraySlice<UInt8>) -> Value?
    ) throws(RuleError) -> Value {
        guard let word = word() else { throw atPosition(expected: expected) }
        guard let value = read(word.text) else { throw error(word, expected: expected) }
        return value
    }

    /// Parses the next word as a list of items separated by commas, and passes each item, parsed with `read`, to
    /// `take`.
    private mutating func list<Item>(
        _ expected: RuleError.Expectation,
        _ read: (ArraySlice<UInt8>) -> Item?,
        _ take: (Item) -> Void
    ) throws(RuleError) {
        guard let word = word() else { throw atPosition(expected: expected) }
        var start = word.text.startIndex
        while true {
            var end = start
            while end < word.text.endIndex, bytes[end] != UInt8(ascii: ",") { end += 1 }
            guard let item = read(bytes[start..<end]) else {
                throw error(at: start, start == end ? word : Word(text: bytes[start..<end]), expected: expected)
            }
            take(item)
            if end == word.text.endIndex { return }
            start = end + 1
        }
    }

    // MARK: - Errors

    private func error(_ word: Word, expected: RuleError.Expectation) -> RuleError {
        error(at: word.text.startIndex, word, expected: expected)
    }

    private func error(at start: Int, _ word: Word, expected: RuleError.Expectation) -> RuleError {
        RuleError(
            line: line,
            column: start - bytes.startIndex + 1,
            found: ByteString(word.text),
            expected: word.text.last == UInt8(ascii: "\r") ? .plainLineEnd : expected
        )
    }

    private func atPosition(expected: RuleError.Expectation) -> RuleError {
        RuleError(line: line, column: position - bytes.startIndex + 1, found: "", expected: expected)
    }
}

extension ArraySlice<UInt8> {
    /// Whether this is an absolute path in its shortest form, so that a file has one, and without control characters.
    package var isProgramPath: Bool {
        guard first == UInt8(ascii: "/") else { return false }
        // How many bytes the part that is being read has, and how many of them are dots.
        var (count, dots) = (0, 0)
        for byte in dropFirst() {
            if byte < 0x20 || byte == 0x7F { return false }
            count += 1
            if byte == UInt8(ascii: ".") { dots += 1 }
            if byte != UInt8(ascii: "/") { continue }
            if dots == count - 1, dots <= 2 { return false }
            (count, dots) = (0, 0)
        }
        return dots != count || dots > 2
    }

    /// Whether the slice equals `word`, which has at least two bytes; allocates nothing.
    fileprivate func spells(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        // SAFETY: a literal of more than one byte has a start pointer, and as many bytes as its count says.
        var letter = unsafe word.utf8Start
        for byte in self {
            if unsafe byte != letter.pointee { return false }
            unsafe letter += 1
        }
        return true
    }
}
