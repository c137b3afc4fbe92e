// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux

/// The output of `--json` on standard output if there is no answer; the text for people still goes to standard error.
struct ErrorAnswer: Encodable {
    let schema = "lowport.error/1"
    let error: String
    let details: [String]
    let hint: String?
    let status: Int32
}

/// Whether the command line asks for JSON. Words after `--`, and those of a program to run, do not count.
private var isJSONWanted: Bool {
    let words = ProgramArguments.words.prefix { $0 != "--" }
    return words.contains("--json") && !["run", "forward"].contains(words.first ?? "")
}

/// Writes why there is no answer, if the command line asks for JSON.
func printJSONError(_ what: ByteString, details: [Message] = [], hint: Message? = nil, status: ExitCode) {
    guard isJSONWanted else { return }
    let answer = ErrorAnswer(
        error: what.jsonText,
        details: details.map(\.original.jsonText),
        hint: hint?.original.jsonText,
        status: status.rawValue
    )
    try? printJSON(answer)
}
