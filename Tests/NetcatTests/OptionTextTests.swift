// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

@testable import LowportNetcat

/// Every option that is declared is in the usage, the help and the manual, and nothing else is.
@Suite struct OptionTextTests {
    /// The names of the program, as they are typed.
    private static func typed(_ option: OptionDeclaration) -> [String] {
        let letter = option.letter.map { "-\(Unicode.Scalar($0))" }
        return [letter, option.word.map { "--\($0)" }].compactMap { $0 }
    }

    private static func shown(_ dialect: Dialect) -> [OptionDeclaration] {
        ArgumentReader.list(Options(), dialect).filter { $0.help != nil }
    }

    @Test(arguments: Dialect.allCases) func `every letter and word is declared once`(_ dialect: Dialect) {
        for options in [
            ArgumentReader.list(Options(), dialect), ArgumentReader.list(ForwardSettings(), dialect),
        ] {
            let names = options.flatMap(Self.typed)
            #expect(Set(names).count == names.count, "\(names.sorted())")
            for option in options {
                #expect(option.help != "", "\(option.names)")
                #expect(!Self.typed(option).isEmpty)
                #expect(!option.group.isEmpty || options.count < 10)
            }
        }
    }

    /// What stands for an argument of each kind.
    private static func sample(_ value: ByteString) -> ByteString {
        switch value {
        case "TIME", "SIZE", "HOPS": "1"
        case "COUNT": "7"
        case "TYPE": "ef"
        default: value.split(on: UInt8(ascii: "|"))[0]
        }
    }

    /// Whoever declares an option and forgets what it sets is told here.
    @Test(arguments: Dialect.allCases) func `every option has an effect`(_ dialect: Dialect) throws {
        var reversed = Options()
        reversed.ending.closesAfterInput = true
        for option in Self.shown(dialect) {
            for name in Self.typed(option) {
                let value = option.value.map { [Self.sample($0)] } ?? []
                var changes = false
                for start in [Options(), reversed] {
                    var options = start
                    var reader = ArgumentReader([ByteString(name)] + value, dialect)
                    let part = try reader.next(for: &options)
                    #expect(part == .option)
                    changes = changes || options != start
                }
                #expect(changes, "\(name) changes nothing")
            }
        }
    }

    @Test(arguments: Dialect.allCases) func `the usage has every letter`(_ dialect: Dialect) {
        let usage = Usage(dialect).short.description
        let flags = usage.split(separator: "[-")[1].prefix { $0 != "]" }
        for option in Self.shown(dialect) {
            guard let letter = option.letter.map({ Character(Unicode.Scalar($0)) }) else { continue }
            let isInForms = usage.contains("[-\(letter)]") || usage.contains(" -\(letter) [") || letter == "h"
            if option.value == nil {
                #expect(flags.contains(letter) || isInForms, "-\(letter)")
            } else {
                #expect(usage.contains("[-\(letter) \(option.valueInUsage)]"), "-\(letter)")
            }
        }
        for line in usage.split(separator: "\n") { #expect(line.count <= 110, "\(line)") }
    }

    @Test(arguments: Dialect.allCases) func `the help has a line for every option`(_ dialect: Dialect) {
        let help = Usage(dialect).long.description
        let lines = help.split(separator: "\n")
        for option in Self.shown(dialect) {
            let start = (option.letter == nil ? "      " : "  ") + option.names.description
            let line = lines.firstIndex { $0 == start || $0.hasPrefix(start + "  ") }
            guard let line else {
                Issue.record("the help does not have \(option.names)")
                continue
            }
            let explanation = lines[line] == start ? lines[line + 1] : lines[line]
            #expect(explanation.hasSuffix(" \(option.help ?? "")"), "\(option.names)")
            #expect(explanation.count <= 120, "\(explanation)")
        }
        #expect(lines.count { $0.hasPrefix("  -") || $0.hasPrefix("      --") } == Self.shown(dialect).count)
    }
}

/// The manuals explain what is declared.
@Suite struct OptionManualTests {
    /// The entries of lists, by the title of the section that they are in.
    private static func entries(_ page: String) throws -> [(title: String, entry: String)] {
        let path = "\(Release.repository)/Documentation/man/\(page)"
        var title = ""
        var entries: [(String, String)] = []
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix(".Ss ") || line.hasPrefix(".Sh ") { title = String(line.dropFirst(4)) }
            if line.hasPrefix(".It Fl ") { entries.append((title, line.dropFirst(4) + " ")) }
        }
        return entries
    }

    /// An option as mdoc(7) has it.
    private static func macros(_ option: OptionDeclaration) -> [String] {
        let letter = option.letter.map { "Fl \(Unicode.Scalar($0)) " }
        return [letter, option.word.map { "Fl -\($0) " }].compactMap { $0 }
    }

    private static let pages = ["nc.1", "lowport-forward.1"]

    /// The options that a page explains.
    private static func options(_ page: String) -> [OptionDeclaration] {
        page == "nc.1"
            ? ArgumentReader.list(Options(), .openbsd) : ArgumentReader.list(ForwardSettings(), .openbsd)
    }

    @Test(arguments: pages) func `the manual has an entry for every option`(_ page: String) throws {
        let entries = try Self.entries(page)
        for option in Self.options(page) {
            guard let help = option.help else { continue }
            for macro in Self.macros(option) {
                let entry = entries.first { $0.entry.contains(macro) }
                let missing = "Documentation/man/\(page) has no `.It \(macro)` for \(option.names), which is to \(help)"
                guard let entry else {
                    Issue.record("\(missing)")
                    continue
                }
                if !option.group.isEmpty {
                    #expect(entry.title == option.group.description, "\(page): \(macro) is in another section")
                }
                let value = (option.value ?? "").description.lowercased()
                for word in value.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
                    #expect(entry.entry.contains(" \(word) "), "\(page): \(macro) does not have its argument: \(word)")
                }
            }
        }
    }

    @Test(arguments: pages) func `the manual has no entry for an option that is not declared`(_ page: String) throws {
        let declared = Self.options(page).filter { $0.help != nil }.flatMap(Self.macros)
        for (_, entry) in try Self.entries(page) {
            for part in entry.components(separatedBy: "Fl ").dropFirst() {
                let macro = "Fl \(part.prefix { $0 != " " }) "
                #expect(declared.contains(macro), "\(page): nothing declares \(macro)")
            }
        }
    }

    /// Whoever comes from ncat finds each letter that means something else here.
    @Test func `the manual has every letter that ncat has in another meaning`() throws {
        let path = "\(Release.repository)/Documentation/man/nc.1"
        let manual = try String(contentsOfFile: path, encoding: .utf8)
        let ours = ArgumentReader.list(Options(), .openbsd)
        for option in ArgumentReader.list(Options(), .ncat) {
            guard let letter = option.letter, let word = option.word else { continue }
            let same = ours.first { $0.word == word }
            if same?.letter == letter { continue }
            #expect(manual.contains("\n.It Li ncat -\(Unicode.Scalar(letter)) "), "\(option.names)")
        }
    }

    @Test func `the usage of lowport-forward has every option`() {
        let usage = ForwardSettings.usage.description
        let letters = usage.split(separator: "[-")[1].prefix { $0 != "]" }
        for option in ArgumentReader.list(ForwardSettings(), .openbsd) where option.help != nil {
            if let letter = option.letter {
                #expect(letters.contains(Character(Unicode.Scalar(letter))), "\(option.names)")
            } else {
                #expect(usage.contains("[\(option.names)]"), "\(option.names)")
            }
        }
    }
}
