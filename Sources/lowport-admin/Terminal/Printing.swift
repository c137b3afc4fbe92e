// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux

/// The exit statuses of a command that does not do what was requested.
enum Status {
    /// The answer to the question is no.
    static let no = ExitCode(1)
    /// The command line is not valid (`EX_USAGE`).
    static let usage = ExitCode(64)
    /// The rules have errors (`EX_DATAERR`).
    static let badRules = ExitCode(65)
    /// The kernel lacks a required feature (`EX_UNAVAILABLE`).
    static let unavailable = ExitCode(69)
    /// A system call failed (`EX_OSERR`).
    static let system = ExitCode(71)
    /// The caller may not do this (`EX_NOPERM`).
    static let notPermitted = ExitCode(77)
    /// The installation or its files have the wrong owner, mode or content (`EX_CONFIG`).
    static let configuration = ExitCode(78)
}

/// Writes a line to standard output. Text of any origin is escaped: it stays one line and cannot control a terminal.
func printOut(_ line: ByteString) throws { try printOut(lines: [Line(line)]) }

/// Writes many lines to standard output at once.
func printOut(lines: [ByteString]) throws { try printOut(lines: lines.map { Line($0) }) }

/// Writes many lines to standard output at once.
/// - Parameter style: how emphasized lines look.
func printOut(lines: [Line], _ style: TextStyle = .standardOutput) throws {
    if lines.isEmpty { return }
    var text: [UInt8] = []
    for line in lines {
        text += style.text(of: line).bytes
        text.append(UInt8(ascii: "\n"))
    }
    try write(ByteString(text))
}

/// Writes a log line, whose fields are already quoted, to standard output.
func printOut(logText line: ByteString) throws { try printOut(lines: [Line(escaped: line)]) }

/// Writes `text`, which is already escaped, to standard output.
func write(_ text: ByteString) throws {
    do throws(Errno) { try InheritedDescriptor.standardOutput.write(text) } catch {
        // A reader that closed the pipe has read enough; every other error is reported.
        if error != .brokenPipe {
            throw failure("cannot write to standard output: \(error.sentence)", status: Status.system)
        }
        throw ExitCode.failure
    }
}

/// Writes a line to standard error, without the program's name.
func printError(_ line: ByteString) { printError(message: Message(line)) }

/// Writes a line that may contain a command to standard error.
func printError(message: Message) { try? InheritedDescriptor.standardError.write(message.shown + "\n") }

/// Prints the error and the hint on standard error, and returns the exit status.
///
/// - Parameter details: lines to print first, each an error with its position.
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
