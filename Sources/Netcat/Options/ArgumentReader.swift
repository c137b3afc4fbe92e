// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What has options, each of which it declares in one statement that also does what the option says:
///
///     if reader.option("-p, --source-port PORT", "port to bind") { sourcePort = reader.value }
protocol OptionSettings {
    /// Declares all options, and obeys the one that `reader` has come upon.
    mutating func readOptions(_ reader: inout ArgumentReader) throws(UsageError)
}

/// Reads a command line. It goes over the declarations of the options to find the one that an argument means, to obey it,
/// to find conflicts, and to list them all: the usage and the help are made of the same declarations.
struct ArgumentReader {
    /// What the declarations are gone over for.
    private enum Pass {
        case find, obey, check, list
    }

    /// A part of the command line.
    enum Part: Equatable {
        case option
        case operand(ByteString)
    }

    /// Whose letters are meant.
    let dialect: Dialect
    /// The argument of the option that was come upon; empty if it has none.
    private(set) var value: ByteString = ""

    private var scanner: ArgumentScanner
    private var pass = Pass.find
    // Which declaration of the pass this is, and which one is meant.
    private var index = 0
    private var found: Int?
    private var takesValue = false
    private var isExact = false
    private var isAmbiguous = false
    private var argument = ArgumentScanner.Part.operand("")
    private var problem: StaticString?
    private var title: StaticString = ""
    private var listed: [OptionDeclaration] = []

    /// Starts at the first of `arguments`, which are those behind the program's name.
    /// - Parameters:
    ///   - dialect: whose letters are meant.
    ///   - permutes: whether there can be options behind operands.
    init(
        _ arguments: [ByteString],
        _ dialect: Dialect = .openbsd,
        permutes: Bool = Environment.value(of: "POSIXLY_CORRECT") == nil
    ) {
        self.dialect = dialect
        scanner = ArgumentScanner(arguments, permutes: permutes)
    }

    /// Reads the next argument, and obeys it in `settings` if it is an option.
    /// - Returns: what it was; nil at the end of the command line.
    mutating func next(for settings: inout some OptionSettings) throws(UsageError) -> Part? {
        guard let part = scanner.next() else { return nil }
        if case .operand(let operand) = part { return .operand(operand) }
        argument = part
        (found, isExact, isAmbiguous) = (nil, false, false)
        try go(over: &settings, for: .find)
        guard found != nil, !isAmbiguous else { throw unknown(part) }
        value = try scanner.value(of: part, isExpected: takesValue)
        try go(over: &settings, for: .obey)
        return .option
    }

    private mutating func go(over settings: inout some OptionSettings, for pass: Pass) throws(UsageError) {
        self.pass = pass
        index = 0
        try settings.readOptions(&self)
    }

    private func unknown(_ part: ArgumentScanner.Part) -> UsageError {
        var message = ByteString()
        switch part {
        case .letter(let letter): message = "invalid option -- '\(ByteString([letter]))'"
        case .word(let word, _):
            message = isAmbiguous ? "ambiguous" : "unrecognized"
            message += " option '--\(word)'"
        case .operand: break
        }
        return UsageError(message: message, showsUsage: true)
    }

    /// Throws unless the options in `settings` go together. The first conflict declared is the one that is reported.
    mutating func check(_ settings: some OptionSettings) throws(UsageError) {
        var settings = settings
        try go(over: &settings, for: .check)
        if let problem { throw UsageError(message: ByteString(stringLiteral: problem)) }
    }

    /// All options that `settings` declares for `dialect`.
    static func list(_ settings: some OptionSettings, _ dialect: Dialect) -> [OptionDeclaration] {
        var settings = settings
        var reader = ArgumentReader([], dialect)
        // Nothing is obeyed, so nothing can be wrong.
        try? reader.go(over: &settings, for: .list)
        return reader.listed
    }
}

// The words of a declaration.
extension ArgumentReader {
    /// Gives the options from here on a title.
    mutating func group(_ title: StaticString) { self.title = title }

    /// Declares an option.
    /// - Parameters:
    ///   - names: how it is written, with the name of its argument: `-p, --source-port PORT`.
    ///   - help: what it is for.
    /// - Returns: whether it is to be obeyed now.
    @inline(never) mutating func option(_ names: StaticString, _ help: StaticString) -> Bool {
        declare(names, "", help)
    }

    /// Declares an option whose argument has another name in the usage.
    @inline(never) mutating func option(
        _ names: StaticString,
        inUsage usage: StaticString,
        _ help: StaticString
    ) -> Bool {
        declare(names, usage, help)
    }

    /// Declares an option that ncat writes otherwise; an empty name is none.
    @inline(never) mutating func option(
        _ names: StaticString,
        ncat: StaticString,
        inUsage usage: StaticString = "",
        _ help: StaticString
    ) -> Bool {
        declare(dialect == .ncat ? ncat : names, usage, help)
    }

    /// Declares an option that is neither in the usage nor in the help.
    @inline(never) mutating func hiddenOption(_ names: StaticString) -> Bool { declare(names, "", "") }

    /// Declares what options cannot be combined with.
    /// - Parameters:
    ///   - message: what is wrong.
    ///   - isGiven: whether the settings have both.
    @inline(never) mutating func conflict(_ message: StaticString, if isGiven: Bool) {
        if pass == .check && isGiven && problem == nil { problem = message }
    }

    @inline(never) private mutating func declare(
        _ names: StaticString,
        _ usage: StaticString,
        _ help: StaticString
    ) -> Bool {
        index += 1
        switch pass {
        case .obey: return index == found
        case .check: break
        case .find: compare(names)
        case .list where names.utf8CodeUnitCount == 0: break
        case .list:
            let group = ByteString(stringLiteral: title)
            listed.append(OptionDeclaration(group: group, names, inUsage: usage, help: help))
        }
        return false
    }

    /// Notes whether `names` has what the argument has: the letter, the word or, of one word alone, its beginning.
    private mutating func compare(_ names: StaticString) {
        switch argument {
        case .operand: break
        case .letter(let letter):
            guard found == nil, names.byte(at: 1) == letter, letter != UInt8(ascii: "-") else { return }
            found = index
            takesValue = OptionForm(names).takesValue
        case .word(let word, _):
            let form = OptionForm(names)
            guard !isExact, !form.word.isEmpty, word.count <= form.word.count else { return }
            for (place, byte) in word.bytes.enumerated() where names.byte(at: form.word.lowerBound + place) != byte {
                return
            }
            isExact = word.count == form.word.count
            isAmbiguous = found != nil && !isExact
            found = index
            takesValue = form.takesValue
        }
    }
}

// Values that are not text.
extension ArgumentReader {
    /// The argument as a number in `range`.
    /// - Parameter name: what it is called in messages.
    func number(_ name: StaticString, _ range: ClosedRange<Int>) throws(UsageError) -> Int {
        do throws(OptionValue.ValueError) {
            return try OptionValue.number(value, in: range)
        } catch {
            throw UsageError(message: "\(ByteString(stringLiteral: name)) \(error.text): \(value)")
        }
    }

    /// The argument as a span of time.
    /// - Parameter maximum: the longest that is accepted, in thousandths of a second.
    func duration(_ name: StaticString, maximum: Int = Int(Int32.max)) throws(UsageError) -> Milliseconds {
        do throws(OptionValue.ValueError) {
            return try OptionValue.duration(value, maximum: maximum)
        } catch {
            throw UsageError(message: "\(ByteString(stringLiteral: name)) \(error.text): \(value)")
        }
    }
}
