// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux

/// What a command ends with when it cannot do what it was requested.
enum Status {
    /// The answer to the question is no.
    static let no = ExitCode(1)
    /// The command line is not valid (`EX_USAGE`).
    static let usage = ExitCode(64)
    /// The rules have errors (`EX_DATAERR`).
    static let badRules = ExitCode(65)
    /// The kernel lacks what it takes (`EX_UNAVAILABLE`).
    static let unavailable = ExitCode(69)
    /// A system call failed (`EX_OSERR`).
    static let system = ExitCode(71)
    /// The caller may not do this (`EX_NOPERM`).
    static let notPermitted = ExitCode(77)
    /// The installation or its files have the wrong owner, mode or content (`EX_CONFIG`).
    static let configuration = ExitCode(78)
}

/// Writes a line to standard output. Whatever is in it that others wrote, it stays one line, and does nothing.
func printOut(_ line: ByteString) throws { try printOut(lines: [Line(line)]) }

/// Writes many lines to standard output at once.
func printOut(lines: [ByteString]) throws { try printOut(lines: lines.map { Line($0) }) }

/// Writes many lines to standard output at once.
/// - Parameter style: how lines that stand out do so.
func printOut(lines: [Line], _ style: TextStyle = .standardOutput) throws {
    if lines.isEmpty { return }
    var text: [UInt8] = []
    for line in lines {
        text += style.text(of: line).bytes
        text.append(UInt8(ascii: "\n"))
    }
    try write(ByteString(text))
}

/// Writes a line of a log to standard output, whose fields are quoted already.
func printOut(logText line: ByteString) throws { try printOut(lines: [Line(escaped: line)]) }

/// Writes `text`, which is safe, to standard output.
func write(_ text: ByteString) throws {
    do throws(Errno) { try InheritedDescriptor.standardOutput.write(text) } catch {
        // Whoever closed the pipe has read enough; everybody else is told.
        if error != .brokenPipe {
            throw failure("cannot write to standard output: \(error.sentence)", status: Status.system)
        }
        throw ExitCode.failure
    }
}

/// Writes a line to standard error, without the program's name.
func printError(_ line: ByteString) { printError(message: Message(line)) }

/// Writes a line to standard error that may have a command in it.
func printError(message: Message) { try? InheritedDescriptor.standardError.write(message.shown + "\n") }

/// Says on standard error what went wrong and what would help, and returns the status to end with.
///
/// - Parameter details: lines that go before, each an error with its place.
func failure(
    _ what: ByteString,
    details: [Message] = [],
    hint: Message? = nil,
    status: ExitCode
) -> ExitCode {
    printJSONError(what, details: details, hint: hint, status: status)
    for detail in details { printError(message: detail) }
    printError("lowport: \(what)")
    if let hint { printError(message: "hint: \(hint)") }
    return status
}
