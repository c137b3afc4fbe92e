// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The parts of an option declaration, for the usage and the help, and for the tests of the manual and the
/// completions.
struct OptionDeclaration: Equatable {
    /// The title above the option.
    let group: ByteString
    /// The letter after `-`.
    let letter: UInt8?
    /// The word after `--`.
    let word: ByteString?
    /// The name of the argument, if there is one. Names separated by `|` are all possible values.
    let value: ByteString?
    /// The name of the argument in the usage.
    let valueInUsage: ByteString
    /// The names as declared: `-p, --source-port PORT`.
    let names: ByteString
    /// The purpose of the option; nil for an option that is accepted but not shown.
    let help: ByteString?

    /// Splits a declaration.
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

/// The positions of the parts of `-p, --source-port PORT`; letter, word and argument are each optional.
struct OptionForm {
    /// The letter after `-`.
    let letter: UInt8?
    /// The position of the word after `--`; empty if there is none.
    let word: Range<Int>
    /// Where the names end.
    let end: Int
    /// Whether the name of an argument follows the names.
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

/// The netcat whose options and behaviour apply, depending on the name that the program is called with.
enum Dialect: Equatable, CaseIterable {
    case openbsd, ncat
}
