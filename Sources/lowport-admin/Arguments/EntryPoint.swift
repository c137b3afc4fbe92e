// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// The entry point of lowport-admin, which lowport(8) becomes for all verbs that are no programs of their own.
@c(lowport_admin_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    ProgramArguments.store(unsafe [ByteString](argumentCount: count, arguments: arguments))
    return Lowport.run()
}

extension Lowport {
    /// Runs the command, and returns the exit status; of a command line that is not valid, `--json` hears as well.
    fileprivate static func run() -> Int32 {
        do {
            try refuseUnknownCommand()
            var command = try parseAsRoot(ProgramArguments.words.map(\.argumentText))
            try command.run()
            return ExitCode.success.rawValue
        } catch {
            return report(error).rawValue
        }
    }

    /// Says what the parser has to say, such as a page of help, and returns the status to end with.
    private static func report(_ error: any Error) -> ExitCode {
        let status = exitCode(for: error)
        if error is ExitCode { return status }
        let text = ByteString(argument: fullMessage(for: error, columns: nil))
        if status.isSuccess {
            // Help, versions and completion scripts are our own words.
            do { try write(text + "\n") } catch { return error as? ExitCode ?? Status.system }
        } else {
            let message = ByteString(argument: message(for: error))
            printJSONError(message, status: status)
            for line in lines(of: text, message: message) { printError(line) }
        }
        return status
    }

    /// The lines of what the parser says: those of its own message, and behind it those of the usage.
    ///
    /// If a word of the command line has a line feed, those of the message may be somebody else's: then it is one line.
    private static func lines(of text: ByteString, message: ByteString) -> [ByteString] {
        let newline = UInt8(ascii: "\n")
        let beginning: ByteString = "Error: \(message)"
        guard text.hasPrefix(beginning), ProgramArguments.words.contains(where: { $0.bytes.contains(newline) }) else {
            return text.split(on: newline)
        }
        let rest = ByteString(text.bytes[beginning.count...]).split(on: newline)
        return [beginning + (rest.first ?? "")] + rest.dropFirst()
    }

    /// Names the command that may have been meant, which the parser does for options alone.
    private static func refuseUnknownCommand() throws {
        let known = configuration.subcommands.map { ByteString($0._commandName) } + ["help"]
        guard let first = ProgramArguments.words.first, !first.hasPrefix("-"), !known.contains(first) else { return }
        let near = Spelling.nearest(to: first, among: known)
        throw failure(
            "unknown command \(first)",
            hint: near.map { "did you mean lowport \($0)?" } ?? "lowport --help names them all",
            status: Status.usage
        )
    }
}
