// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// One option that the command line may have.
struct OptionRule {
    /// What it stands for.
    let option: Option
    /// The letter behind `-`, if it has one.
    let letter: UInt8?
    /// The word behind `--`, if it has one.
    let word: ByteString?
    /// Whether an argument follows.
    let takesValue: Bool

    /// Creates the rule of an option that has a letter, a word or both.
    init(_ option: Option, _ letter: Unicode.Scalar?, _ word: ByteString? = nil, takesValue: Bool = false) {
        self.option = option
        self.letter = letter.map { UInt8(ascii: $0) }
        self.word = word
        self.takesValue = takesValue
    }
}

/// Takes a command line apart as getopt_long(3) does: clusters of letters, values attached or behind, words of which
/// the beginning is enough, options behind operands, and `--` in front of operands that look like options.
struct ArgumentScanner {
    /// A part of the command line.
    enum Part: Equatable {
        case option(Option, value: ByteString)
        case operand(ByteString)
    }

    private let rules: [OptionRule]
    private let permutes: Bool
    private var arguments: ArraySlice<ByteString>
    private var cluster: ArraySlice<UInt8> = []
    private var onlyOperands = false

    /// Starts at the first of `arguments`, which are those behind the program's name.
    /// - Parameter permutes: whether there can be options behind operands.
    init(
        _ arguments: [ByteString],
        rules: [OptionRule],
        permutes: Bool = Environment.value(of: "POSIXLY_CORRECT") == nil
    ) {
        self.arguments = arguments[...]
        self.rules = rules
        self.permutes = permutes
    }

    /// The next part; nil at the end of the command line.
    mutating func next() throws(UsageError) -> Part? {
        if let letter = cluster.popFirst() { return try short(letter) }
        guard let argument = arguments.popFirst() else { return nil }
        if onlyOperands || argument.count < 2 || argument.bytes[0] != UInt8(ascii: "-") {
            if !permutes { onlyOperands = true }
            return .operand(argument)
        }
        if argument == "--" {
            onlyOperands = true
            return try next()
        }
        if argument.bytes[1] == UInt8(ascii: "-") { return try long(argument.bytes[2...]) }
        cluster = argument.bytes[1...]
        return try next()
    }

    private mutating func short(_ letter: UInt8) throws(UsageError) -> Part {
        guard let rule = rules.first(where: { $0.letter == letter }) else {
            throw UsageError(message: "invalid option -- '\(ByteString([letter]))'", showsUsage: true)
        }
        guard rule.takesValue else { return .option(rule.option, value: "") }
        defer { cluster = [] }
        if !cluster.isEmpty { return .option(rule.option, value: ByteString(cluster)) }
        guard let value = arguments.popFirst() else {
            throw UsageError(message: "option requires an argument -- '\(ByteString([letter]))'", showsUsage: true)
        }
        return .option(rule.option, value: value)
    }

    private mutating func long(_ text: ArraySlice<UInt8>) throws(UsageError) -> Part {
        let word = ByteString(text.prefix { $0 != UInt8(ascii: "=") })
        let rule = try rule(for: word)
        let hasValue = word.count < text.count
        let attached = ByteString(text.dropFirst(word.count + 1))
        guard rule.takesValue else {
            if hasValue { throw UsageError(message: "option '--\(word)' takes no argument", showsUsage: true) }
            return .option(rule.option, value: "")
        }
        if hasValue { return .option(rule.option, value: attached) }
        guard let value = arguments.popFirst() else {
            throw UsageError(message: "option '--\(word)' requires an argument", showsUsage: true)
        }
        return .option(rule.option, value: value)
    }

    /// The rule with the word `word`, or the one whose word alone begins with it.
    private func rule(for word: ByteString) throws(UsageError) -> OptionRule {
        var candidates: [OptionRule] = []
        for rule in rules {
            guard let known = rule.word else { continue }
            if known == word { return rule }
            if known.hasPrefix(word) { candidates.append(rule) }
        }
        if candidates.count == 1 { return candidates[0] }
        let fault: ByteString = candidates.isEmpty ? "unrecognized option" : "ambiguous option"
        throw UsageError(message: "\(fault) '--\(word)'", showsUsage: true)
    }
}
