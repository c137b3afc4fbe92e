// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy

/// An error in the command line, in the words that all programs of the package have for it.
///
/// The parser says what is wrong only as text, of which the parts in quotation marks are taken. Text of another form is
/// shown as it is.
struct UsageFault {
    let message: ByteString
    let hint: Message

    /// Translates the parser's text for the command line of this process.
    init(parserMessage text: String) {
        let path = (try? DeclaredCommand.path(of: ProgramArguments.words)) ?? []
        let names = path.isEmpty ? [ByteString(Lowport._commandName)] : path.map(\.name)
        let help: Message = "\(ByteString(joining: names, with: " ")) --help"
        // The parser complains of the value of an option that it does not know before it complains of the option.
        let unknown = path.count > 1 ? path.last.flatMap(Self.unknownOption) : nil
        let (message, hint) =
            unknown.map { Self.unknown($0, of: path) } ?? Self.translate(ByteString(argument: text), of: path)
        self.message = message
        self.hint = hint ?? help
    }

    /// The words that people try, and what does what they mean.
    static let otherNames: [ByteString: Message] = [
        "allow": "lowport grant allows a port", "add": "lowport grant allows a port",
        "remove": "lowport revoke takes a rule back", "delete": "lowport revoke takes a rule back",
        "rm": "lowport revoke takes a rule back", "del": "lowport revoke takes a rule back",
        "deny": "what no rule allows is refused: lowport revoke takes a rule back",
        "block": "what no rule allows is refused: lowport revoke takes a rule back",
        "status": "lowport list shows who may bind what, lowport doctor what does not work",
        "show": "lowport list shows who may bind what", "ls": "lowport list shows who may bind what",
        "rules": "lowport list shows who may bind what", "why": "lowport explain says why",
        "test": "lowport can-bind tries it, lowport explain says why", "exec": "lowport run starts a program",
        "start": "lowport run starts a program", "enable": "sudo lowport enforce enable switches the kernel engine on",
        "disable": "sudo lowport enforce disable switches the kernel engine off",
        "reload": "a changed file needs no reload: lowport check finds errors in it; the kernel engine: lowport apply",
    ]

    /// The options that people try, and what does what they mean.
    private static let otherOptions: [ByteString: Message] = [
        "--port": "ports are given without an option", "--ports": "ports are given without an option",
        "-p": "ports are given without an option",
    ]

    private static func unknown(_ option: ByteString, of path: [DeclaredCommand]) -> (ByteString, Message?) {
        let message: ByteString = "unknown option \(option)"
        guard let command = path.last else { return (message, nil) }
        if command.option(option) != nil, let below = ProgramArguments.words.first(where: command.has) {
            let words = ByteString(joining: path.map(\.name) + [below, option], with: " ")
            return (message, "it follows the command: \(words)")
        }
        if let advice = otherOptions[option] { return (message, advice) }
        if command.takesProgram, !option.hasPrefix("--") { return (message, programAfterDashes) }
        return (message, Self.option(like: option, of: command).map { "did you mean \($0)?" })
    }

    private static let programAfterDashes: Message = "a program and its arguments follow after --"

    private static func translate(_ text: ByteString, of path: [DeclaredCommand]) -> (ByteString, Message?) {
        let command = path.last
        if let name = text.between("Unknown option '", "'") {
            return unknown(name, of: path)
        }
        if let name = text.between("Missing value for '", "'") { return ("\(name.firstWord) needs a value", nil) }
        if let name = text.between("Missing expected argument '", "'") {
            return ("the \(name.withoutAngles) is missing", nil)
        }
        if let word = text.between("Unexpected argument '", "'") {
            let isProgram = command?.takesProgram == true && !word.bytes.allSatisfy(Digits.isDecimal)
            return ("unexpected word \(word)", isProgram ? programAfterDashes : nil)
        }
        if let value = text.between("The value '", "' is invalid for '"),
            let rest = text.after("' is invalid for '"), let place = rest.before("'")
        {
            let reason = rest.after("'") ?? ""
            let words =
                if reason.hasPrefix(": ") {
                    ByteString(reason.bytes.dropFirst(2))
                } else if let list = reason.after("Please provide one of ") {
                    "expected \(list.withoutQuotes)" as ByteString
                } else {
                    "this is no \(place.withoutAngles)" as ByteString
                }
            let isUser = command?.option("--user") != nil && Accounts.user(named: value) != nil
            let hint: Message? = isUser ? "did you mean --user \(value)?" : nil
            return ("\(place.firstWord.withoutAngles) \(value): \(words)", hint)
        }
        return (text, nil)
    }

    /// The first option that the command does not have, long or one letter; nil if an option before it lacks its value,
    /// of which the parser has complained.
    private static func unknownOption(of command: DeclaredCommand) -> ByteString? {
        let words = Array(ProgramArguments.words.prefix { $0 != "--" })
        for (word, next) in zip(words, words.dropFirst().map(Optional.some) + [nil])
        where word.hasPrefix("--") || word.hasPrefix("-") && word.count == 2 {
            let parts = word.split(on: UInt8(ascii: "="))
            guard let option = command.option(parts[0]) else { return parts[0] }
            let hasValue = parts.count > 1 || next.map { $0 == "-" || !$0.hasPrefix("-") } ?? false
            if option.takesValue, !hasValue { return nil }
        }
        return nil
    }

    /// The option of the command that `word` is the beginning of, or nearly is.
    private static func option(like word: ByteString, of command: DeclaredCommand?) -> ByteString? {
        let names = command?.optionNames ?? []
        if word.count == 2 {
            // -u is the user in sudo(8) and ps(1), whatever else begins with it here.
            let sameLetter = names.filter { $0.hasPrefix("-" + word) }
            return sameLetter.contains("--user") ? "--user" : Set(sameLetter).count == 1 ? sameLetter[0] : nil
        }
        let longer = Set(names.filter { $0.hasPrefix(word) })
        if word.count > 3, longer.count == 1 { return longer.first }
        return Spelling.nearest(to: word, among: names)
    }
}

extension ByteString {
    /// The text between `start`, which has to be the beginning, and `end`: that at the end, or else the first.
    fileprivate func between(_ start: ByteString, _ end: ByteString) -> ByteString? {
        guard hasPrefix(start) else { return nil }
        let rest = ByteString(bytes.dropFirst(start.count))
        return rest.hasSuffix(end) ? ByteString(rest.bytes.dropLast(end.count)) : rest.before(end)
    }

    /// The text before the first `mark`.
    fileprivate func before(_ mark: ByteString) -> ByteString? { position(of: mark).map { ByteString(bytes[..<$0]) } }

    /// The text after the first `mark`.
    fileprivate func after(_ mark: ByteString) -> ByteString? {
        position(of: mark).map { ByteString(bytes[($0 + mark.count)...]) }
    }

    private func position(of mark: ByteString) -> Int? {
        guard count >= mark.count else { return nil }
        return (0...count - mark.count).first { bytes[$0..<$0 + mark.count].elementsEqual(mark.bytes) }
    }

    fileprivate var firstWord: ByteString { split(on: UInt8(ascii: " "))[0] }

    /// `port` of `<port>` and of `<ports> ...`.
    fileprivate var withoutAngles: ByteString {
        guard hasPrefix("<"), let end = before(">") else { return self }
        return ByteString(end.bytes.dropFirst())
    }

    /// A list of words without the marks around each and the full stop, and with "or" before the last one.
    fileprivate var withoutQuotes: ByteString {
        let text = ByteString(bytes.filter { $0 != UInt8(ascii: "'") })
        let list = text.hasSuffix(".") ? ByteString(text.bytes.dropLast()) : text
        guard let last = list.after(" and ") else { return list }
        return "\(list.before(" and ") ?? "") or \(last)"
    }
}
