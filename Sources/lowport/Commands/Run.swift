// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Launch
internal import Linux

/// `lowport run`.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a program that may bind what its user is allowed to.",
        discussion: """
            The program, and whatever it starts, asks the rules and the authbind tree when
            it binds a port that the kernel refuses. It has to be dynamically linked. The
            exit status is the program's own; 125, 126 and 127 say that it could not be
            started.

            EXAMPLES
              lowport run nc -l -p 80
              lowport run node server.js
              lowport run --verbose nginx -c /home/web/nginx.conf
            """
    )

    @Flag(help: "Say how the program is started.")
    var verbose = false

    @Argument(parsing: .captureForPassthrough, help: "The program and its arguments.", completion: .default)
    var command: [String]

    /// The statuses that env(1), nohup(1) and the like end with when the program does not run.
    private enum RunStatus {
        static let ownFailure = ExitCode(125)
        static let cannotExecute = ExitCode(126)
        static let notFound = ExitCode(127)
    }

    func run() throws {
        // The parser has made text of the arguments; the program gets the bytes that were given.
        var command = Array(CommandLine.byteArguments.suffix(self.command.count))
        // Passing through everything takes in what stands before the program, too.
        switch command.first {
        case "--": command.removeFirst()
        case "--help", "-h": throw CleanExit.helpRequest(self)
        case .some(let word) where word.hasPrefix("-"): throw ValidationError("Unknown option '\(word.description)'")
        default: break
        }
        guard let program = command.first else { throw ValidationError("Missing expected argument '<command> ...'") }
        if CurrentProcess.isSecureExecution {
            throw failure("must not be installed set-id or with file capabilities", status: RunStatus.ownFailure)
        }
        guard let library = PreloadLibrary.path else {
            throw failure(
                "cannot find \(PreloadLibrary.name) from \(CurrentProcess.executablePath ?? "this program")",
                hint: "install all of Lowport: make install",
                status: RunStatus.ownFailure
            )
        }
        if verbose { note("lowport: \(program) is started with \(library) preloaded, and so is all that it starts") }
        do throws(Errno) {
            try PreloadLibrary.preload(library, levels: "y")
            try execute(program, arguments: command)
        } catch {
            throw failure(
                "cannot run \(program): \(error.sentence)",
                status: error == .noSuchFile ? RunStatus.notFound : RunStatus.cannotExecute
            )
        }
    }
}

extension CommandLine {
    /// The arguments as they were given, byte for byte.
    fileprivate static var byteArguments: [ByteString] {
        (0..<Int(argc)).map { index in unsafe ByteString(cString: unsafeArgv[index]) }
    }
}
