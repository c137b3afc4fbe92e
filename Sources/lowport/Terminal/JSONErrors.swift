// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// What `--json` writes to standard output when there is no answer; the text for people still goes to standard error.
struct ErrorAnswer: Encodable {
    let schema = "lowport.error/1"
    let error: String
    let details: [String]
    let hint: String?
    let status: Int32
}

/// Whether the command line asks for JSON. What follows `--`, or a program to be run, is none of ours.
private var isJSONWanted: Bool {
    let words = CommandLine.arguments.dropFirst().prefix { $0 != "--" }
    return words.contains("--json") && !["run", "forward"].contains(words.first ?? "")
}

/// Writes why there is no answer, if the command line asks for JSON.
func sayJSONError(_ what: ByteString, details: [Message] = [], hint: Message? = nil, status: ExitCode) {
    guard isJSONWanted else { return }
    let answer = ErrorAnswer(
        error: what.jsonText,
        details: details.map(\.original.jsonText),
        hint: hint?.original.jsonText,
        status: status.rawValue
    )
    try? sayJSON(answer)
}

extension Lowport {
    /// Runs the command; of a command line that makes no sense, `--json` hears as well.
    static func main() {
        do {
            try refuseUnknownCommand()
            var command = try parseAsRoot()
            try command.run()
        } catch {
            end(with: error)
        }
    }

    /// Says what the parser has to say, which repeats words of the command line, and ends with its status.
    private static func end(with error: any Error) -> Never {
        let status = exitCode(for: error)
        // Help, versions and completion scripts are our own words.
        if error is ExitCode || status.isSuccess { exit(withError: error) }
        let message = message(for: error)
        sayJSONError(ByteString(message), status: status)
        for line in lines(of: ByteString(fullMessage(for: error)), message: ByteString(message)) { note(line) }
        exit(withError: status)
    }

    /// The lines of what the parser says: those of its own message, and behind it those of the usage.
    ///
    /// If a word of the command line has a line feed, those of the message may be somebody else's: then it is one line.
    private static func lines(of text: ByteString, message: ByteString) -> [ByteString] {
        let newline = UInt8(ascii: "\n")
        let beginning: ByteString = "Error: \(message)"
        guard text.hasPrefix(beginning), CommandLine.arguments.contains(where: { $0.utf8.contains(newline) }) else {
            return text.split(on: newline)
        }
        let rest = ByteString(text.bytes[beginning.count...]).split(on: newline)
        return [beginning + (rest.first ?? "")] + rest.dropFirst()
    }

    /// Names the command that may have been meant, which the parser does for options alone.
    private static func refuseUnknownCommand() throws {
        let known = configuration.subcommands.map { ByteString($0._commandName) } + ["help"]
        guard let first = CommandLine.arguments.dropFirst().first.map({ ByteString($0) }), !first.hasPrefix("-"),
            !known.contains(first)
        else { return }
        let near = Spelling.nearest(to: first, among: known)
        throw failure(
            "there is no command \(first)",
            hint: near.map { "did you mean lowport \($0)?" } ?? "lowport --help names them all",
            status: Status.usage
        )
    }
}
