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
func sayJSONError(_ what: ByteString, details: [ByteString] = [], hint: ByteString? = nil, status: ExitCode) {
    guard isJSONWanted else { return }
    let answer = ErrorAnswer(
        error: what.description,
        details: details.map(\.description),
        hint: hint?.description,
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
            let status = exitCode(for: error)
            if !(error is ExitCode), !status.isSuccess {
                sayJSONError(ByteString(message(for: error)), status: status)
            }
            exit(withError: error)
        }
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
