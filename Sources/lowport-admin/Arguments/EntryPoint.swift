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
        var command: any ParsableCommand.Type = Lowport.self
        var path = [ByteString(Lowport._commandName)]
        for word in ProgramArguments.words {
            let verbs = command.configuration.subcommands
            if verbs.isEmpty || word.hasPrefix("-") { return }
            guard let verb = verbs.first(where: { ByteString($0._commandName) == word }) else {
                let isFirst = path.count == 1
                // What follows is a command as well.
                if isFirst, word == "help" { continue }
                throw unknown(
                    word,
                    below: path,
                    known: verbs.map { ByteString($0._commandName) } + (isFirst ? ["help"] : [])
                )
            }
            command = verb
            path.append(word)
        }
    }

    /// Reports an unknown command.
    /// - Parameter path: the commands above it, from `lowport` on.
    private static func unknown(_ word: ByteString, below path: [ByteString], known: [ByteString]) -> ExitCode {
        let above = ByteString(joining: path, with: " ")
        let hint: Message =
            if path.count == 1, let advice = UsageFault.otherNames[word] {
                advice
            } else if let near = Spelling.nearest(to: word, among: known) {
                "did you mean \(above) \(near)?"
            } else {
                "\(above) --help names them all"
            }
        let name = ByteString(joining: path.dropFirst() + [word], with: " ")
        return failure("unknown command \(name)", hint: hint, status: Status.usage)
    }

    /// Refuses an option that is given twice: a command that ends with 0 has done all that it was asked for.
    private static func refuseRepeatedOptions() throws {
        let words = ProgramArguments.words.prefix { $0 != "--" }
        let names = words.filter { $0.hasPrefix("--") }.map { $0.split(on: UInt8(ascii: "="))[0] }
        let repeated = names.filter { name in names.count { $0 == name } > 1 }
        guard !repeated.isEmpty, let command = try DeclaredCommand.path(of: words).last,
            let option = repeated.first(where: { command.takesOneValue($0) })
        else { return }
        throw failure("\(option) is given twice; it takes one value", status: Status.usage)
    }
}
