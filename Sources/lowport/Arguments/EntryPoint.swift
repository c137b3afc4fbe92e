// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// The entry point of lowport(8).
@c(lowport_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    ProgramArguments.store(unsafe [ByteString](argumentCount: count, arguments: arguments))
    return Lowport.run()
}

extension Lowport {
    /// Runs the command, and returns the exit status; of a command line that makes no sense, `--json` hears as well.
    fileprivate static func run() -> Int32 {
        do {
            try refuseUnknownCommand()
            var command = try parseAsRoot(ProgramArguments.words.map(\.argumentText))
            try command.run()
            return ExitCode.success.rawValue
        } catch {
            return tell(error).rawValue
        }
    }

    /// Says what the parser has to say, such as a page of help, and returns the status to end with.
    private static func tell(_ error: any Error) -> ExitCode {
        let status = exitCode(for: error)
        if error is ExitCode { return status }
        let text = ByteString(argument: fullMessage(for: error, columns: nil))
        if status.isSuccess {
            do { try say(text) } catch { return error as? ExitCode ?? Status.system }
        } else {
            sayJSONError(ByteString(argument: message(for: error)), status: status)
            note(text)
        }
        return status
    }

    /// Names the command that may have been meant, which the parser does for options alone.
    private static func refuseUnknownCommand() throws {
        let known = configuration.subcommands.map { ByteString($0._commandName) } + ["help"]
        guard let first = ProgramArguments.words.first, !first.hasPrefix("-"), !known.contains(first) else { return }
        let near = Spelling.nearest(to: first, among: known)
        throw failure(
            "there is no command \(first)",
            hint: near.map { "did you mean lowport \($0)?" } ?? "lowport --help names them all",
            status: Status.usage
        )
    }
}
