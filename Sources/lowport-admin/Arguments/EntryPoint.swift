// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy

/// The entry point of lowport-admin, which lowport(8) executes for every verb without a program of its own.
@c(lowport_admin_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    ProgramArguments.store(unsafe [ByteString](argumentCount: count, arguments: arguments))
    return Lowport.run()
}

extension Lowport {
    /// Runs the command, and returns the exit status; an error is written as JSON as well, if requested.
    fileprivate static func run() -> Int32 {
        do {
            if ["-V", "version"].contains(ProgramArguments.words.first), ProgramArguments.words.count == 1 {
                try printOut(ByteString(versionText))
                return ExitCode.success.rawValue
            }
            try refuseUnknownCommand()
            try refuseRepeatedOptions()
            var command = try parseAsRoot(ProgramArguments.words.map(\.argumentText))
            try command.run()
            return ExitCode.success.rawValue
        } catch {
            return report(error).rawValue
        }
    }

    /// Prints the output of the parser, such as a help page, and returns the exit status.
    private static func report(_ error: any Error) -> ExitCode {
        let status = exitCode(for: error)
        if error is ExitCode { return status }
        let text = ByteString(argument: fullMessage(for: error, columns: nil))
        if status.isSuccess {
            // Help, versions and completion scripts contain only text of this program.
            do { try write(text + "\n") } catch { return error as? ExitCode ?? Status.system }
            return status
        }
        let fault = UsageFault(parserMessage: message(for: error))
        return failure(fault.message, hint: fault.hint, status: status)
    }

    /// Refuses an unknown command and suggests a known one; the parser makes suggestions only for options.
    private static func refuseUnknownCommand() throws {
        let known = configuration.subcommands.map { ByteString($0._commandName) } + ["help"]
        guard let first = ProgramArguments.words.first, !first.hasPrefix("-"), !known.contains(first) else { return }
        let hint: Message =
            if let advice = UsageFault.otherNames[first] {
                advice
            } else if let near = Spelling.nearest(to: first, among: known) {
                "did you mean lowport \(near)?"
            } else {
                "lowport --help names them all"
            }
        throw failure("unknown command \(first)", hint: hint, status: Status.usage)
    }

    /// The options with one value, of which the parser would take the last and drop the others without a word.
    private static var singleOptions: [ByteString] {
        [
            "--cgroup", "--comment", "--for", "--gid", "--group", "--name", "--on", "--pid", "--port", "--program",
            "--protocol",
            "--uid", "--until", "--user", "--since", "--outcome", "--format", "--output",
        ]
    }

    /// Refuses an option that is given twice: a command that ends with 0 has done all that it was asked for.
    private static func refuseRepeatedOptions() throws {
        let words = ProgramArguments.words.prefix { $0 != "--" }
        guard let verb = words.first, verb != "run", verb != "forward" else { return }
        let names = words.map { $0.split(on: UInt8(ascii: "="))[0] }
        for option in singleOptions where names.count(where: { $0 == option }) > 1 {
            throw failure("\(option) is given twice; it takes one value", status: Status.usage)
        }
    }
}
