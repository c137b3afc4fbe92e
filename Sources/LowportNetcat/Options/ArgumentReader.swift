// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Settings that declare each option in one statement, which also applies the option:
///
///     if reader.option("-p, --source-port PORT", "port to bind") { sourcePort = reader.value }
protocol OptionSettings {
    /// Declares all options, and applies the one that `reader` has found.
    mutating func readOptions(_ reader: inout ArgumentReader) throws(UsageError)
}

/// Reads a command line. It passes over the declarations of the options to find the option of an argument, to apply it,
/// to find conflicts, and to list all options: the usage and the help come from the same declarations.
struct ArgumentReader {
    /// The purpose of a pass over the declarations.
    private enum Pass {
        case find, obey, check, list
    }

    /// A part of the command line.
    enum Part: Equatable {
        case option
        case operand(ByteString)
    }

    /// The dialect of the options.
    let dialect: Dialect
    /// The argument of the option that was found; empty if it has none.
    private(set) var value: ByteString = ""

    private var scanner: ArgumentScanner
    private var pass = Pass.find
    // The index of the current declaration in the pass, and that of the option that was found.
    private var index = 0
    private var found: Int?
    private var takesValue = false
    private var isExact = false
    private var isAmbiguous = false
    private var argument = ArgumentScanner.Part.operand("")
    private var problem: StaticString?
    private var title: StaticString = ""
    private var listed: [OptionDeclaration] = []

    /// Starts at the first of `arguments`, the arguments after the program's name.
    /// - Parameters:
    ///   - dialect: the dialect of the options.
    ///   - permutes: whether options may follow operands.
    init(
        _ arguments: [ByteString],
        _ dialect: Dialect = .openbsd,
        permutes: Bool = Environment.value(of: "POSIXLY_CORRECT") == nil
    ) {
        self.dialect = dialect
        scanner = ArgumentScanner(arguments, permutes: permutes)
    }

    /// Reads the next argument, and applies it to `settings` if it is an option.
    /// - Returns: the part that was read; nil at the end of the command line.
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

    /// Throws if options in `settings` conflict. Reports the conflict that is declared first.
    mutating func check(_ settings: some OptionSettings) throws(UsageError) {
        var settings = settings
        try go(over: &settings, for: .check)
        if let problem { throw UsageError(message: ByteString(stringLiteral: problem)) }
    }

    /// All options that `settings` declares for `dialect`.
    static func list(_ settings: some OptionSettings, _ dialect: Dialect) -> [OptionDeclaration] {
        var settings = settings
        var reader = ArgumentReader([], dialect)
        // This pass applies no option, so it cannot fail.
        try? reader.go(over: &settings, for: .list)
        return reader.listed
    }
}

// The functions for declarations.
extension ArgumentReader {
    /// Sets the title of the options that follow.
    mutating func group(_ title: StaticString) { self.title = title }

    /// Declares an option.
    /// - Parameters:
    ///   - names: its letter and word, with the name of its argument: `-p, --source-port PORT`.
    ///   - help: its purpose.
    /// - Returns: whether to apply it now.
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

    /// Declares an option that has other names in ncat; an empty name means none.
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

    /// Declares options that cannot be combined.
    /// - Parameters:
    ///   - message: what is wrong.
    ///   - isGiven: whether the settings contain the combination.
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

    /// Records whether `names` has the letter of the argument, its word, or a word that begins with it.
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

// Values other than text.
extension ArgumentReader {
    /// The argument as a number in `range`.
    /// - Parameter name: its name in messages.
    func number(_ name: StaticString, _ range: ClosedRange<Int>) throws(UsageError) -> Int {
        do throws(OptionValue.ValueError) {
            return try OptionValue.number(value, in: range)
        } catch {
            throw UsageError(message: "\(ByteString(stringLiteral: name)) \(error.text): \(value)")
        }
    }

    /// The argument as a duration.
    /// - Parameters:
    ///   - inNcat: its name in messages of ncat, where it must be more than nothing; empty if ncat has no such option.
    ///   - maximum: the longest accepted duration, in milliseconds.
    func duration(
        _ name: StaticString,
        inNcat: StaticString = "",
        maximum: Int = Int(Int32.max)
    ) throws(UsageError) -> Milliseconds {
        let isForNcat = dialect == .ncat && inNcat.utf8CodeUnitCount > 0
        do throws(OptionValue.ValueError) {
            let duration = try OptionValue.duration(value, maximum: isForNcat ? Int(Int32.max) : maximum)
            if isForNcat && duration.rawValue == 0 { throw .tooSmall }
            return duration
        } catch {
            guard isForNcat else {
                throw UsageError(message: "\(ByteString(stringLiteral: name)) \(error.text): \(value)")
            }
            let range = "must be greater than 0 and less than 2147483s" as ByteString
            throw UsageError(message: "Invalid \(ByteString(stringLiteral: inNcat)) \"\(value)\" (\(range))")
        }
    }
}
