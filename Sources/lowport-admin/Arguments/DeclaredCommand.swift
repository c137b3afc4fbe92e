// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import FoundationEssentials
internal import LowportLinux

/// A command of the tool with its options, as it is declared: the parser describes its declarations in JSON.
///
/// The description takes time to make and is asked for only when the command line may be wrong.
struct DeclaredCommand: Decodable {
    /// An option or an operand.
    struct Argument: Decodable {
        fileprivate enum Kind: String, Decodable { case positional, option, flag }

        fileprivate struct Name: Decodable {
            enum Kind: String, Decodable { case long, short, longWithSingleDash }

            let kind: Kind
            let name: String
        }

        fileprivate let kind: Kind
        fileprivate let isRepeating: Bool
        private let names: [Name]?
        private let parsingStrategy: String?

        /// Its long names, with the dashes.
        fileprivate var longNames: [ByteString] {
            (names ?? []).filter { $0.kind == .long }.map { "--\(ByteString($0.name))" }
        }

        /// Its short names, with the dash.
        fileprivate var shortNames: [ByteString] {
            (names ?? []).filter { $0.kind == .short }.map { "-\(ByteString($0.name))" }
        }

        /// Whether it takes the words after `--`.
        fileprivate var takesRest: Bool { parsingStrategy == "postTerminator" }

        /// Whether a word behind it is its value.
        var takesValue: Bool { kind == .option }
    }

    private struct Description: Decodable { let command: DeclaredCommand }

    private let commandName: String
    private let arguments: [Argument]?
    private let subcommands: [DeclaredCommand]?

    /// The command that the first of `words` name, behind those above it: `lowport`, `enforce`, `enable`.
    static func path(of words: some Sequence<ByteString>) throws -> [DeclaredCommand] {
        let data = Data(Lowport._dumpHelp().utf8)
        var path = [try JSONDecoder().decode(Description.self, from: data).command]
        for word in words {
            // The parser adds `help`, whose words are those of another command.
            guard word != "help", let next = path[path.count - 1].subcommands?.first(where: { $0.name == word }) else {
                break
            }
            path.append(next)
        }
        return path
    }

    /// The name.
    var name: ByteString { ByteString(commandName) }

    /// The options of the command and of those below it, whose names may come later; of `lowport`, only its own.
    private var options: [Argument] {
        let inner = name == ByteString(Lowport._commandName) ? [] : subcommands ?? []
        return (arguments ?? []) + inner.flatMap(\.options)
    }

    /// The long names of its options, with the dashes.
    var optionNames: [ByteString] { options.flatMap(\.longNames) }

    /// The option with a long or a short name.
    func option(_ name: ByteString) -> Argument? {
        options.first { $0.longNames.contains(name) || $0.shortNames.contains(name) }
    }

    /// Whether a program and its arguments may follow after `--`.
    var takesProgram: Bool { (arguments ?? []).contains(where: \.takesRest) }

    /// Whether it is a command below this one.
    func has(_ name: ByteString) -> Bool { subcommands?.contains { $0.name == name } ?? false }

    /// Whether the option takes one value, so that of two the parser takes the last and drops the other without a word.
    func takesOneValue(_ name: ByteString) -> Bool { option(name).map { $0.takesValue && !$0.isRepeating } ?? false }
}
