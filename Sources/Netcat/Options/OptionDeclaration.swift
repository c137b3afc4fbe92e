// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What the declaration of an option says, taken apart for the usage and the help, and for the tests of the manual and
/// the completions.
struct OptionDeclaration: Equatable {
    /// The title that the option stands under.
    let group: ByteString
    /// The letter behind `-`.
    let letter: UInt8?
    /// The word behind `--`.
    let word: ByteString?
    /// The name of the argument, if there is one. Alternatives with `|` between them are all that there are.
    let value: ByteString?
    /// The name of the argument in the usage.
    let valueInUsage: ByteString
    /// The names as the declaration has them: `-p, --source-port PORT`.
    let names: ByteString
    /// What the option is for; nil for one that is accepted but not shown.
    let help: ByteString?

    /// Takes a declaration apart.
    init(group: ByteString, _ names: StaticString, inUsage usage: StaticString, help: StaticString) {
        let form = OptionForm(names)
        let text = ByteString(stringLiteral: names)
        self.group = group
        self.names = text
        letter = form.letter
        word = form.word.isEmpty ? nil : ByteString(text.bytes[form.word])
        let name = form.takesValue ? ByteString(text.bytes.suffix(from: form.end + 1)) : nil
        value = name
        let given = ByteString(stringLiteral: usage)
        valueInUsage = given.isEmpty ? ByteString((name ?? "").bytes.map(lowercase)) : given
        self.help = help.utf8CodeUnitCount == 0 ? nil : ByteString(stringLiteral: help)
    }
}

private func lowercase(_ letter: UInt8) -> UInt8 {
    letter >= UInt8(ascii: "A") && letter <= UInt8(ascii: "Z") ? letter | 0x20 : letter
}

/// Where the parts of `-p, --source-port PORT` are; the letter, the word and the argument may each be missing.
struct OptionForm {
    /// The letter behind `-`.
    let letter: UInt8?
    /// Where the word behind `--` stands; empty if there is none.
    let word: Range<Int>
    /// Where the names end.
    let end: Int
    /// Whether the name of an argument stands behind the names.
    let takesValue: Bool

    /// Finds the parts of `names`.
    init(_ names: StaticString) {
        let hyphen = UInt8(ascii: "-")
        let hasLetter = names.byte(at: 1) != hyphen && names.byte(at: 1) != 0
        letter = hasLetter ? names.byte(at: 1) : nil
        let hasWord = !hasLetter || names.byte(at: 2) == UInt8(ascii: ",")
        let start = hasLetter ? (hasWord ? 6 : 2) : 2
        var end = start
        while end < names.utf8CodeUnitCount, names.byte(at: end) != UInt8(ascii: " ") { end += 1 }
        word = hasWord && end > start ? start..<end : 0..<0
        self.end = end
        takesValue = end < names.utf8CodeUnitCount
    }
}

/// Which netcat's letters and behaviour are wanted: they follow the name that the program is called by.
enum Dialect: Equatable, CaseIterable {
    case openbsd, ncat
}
