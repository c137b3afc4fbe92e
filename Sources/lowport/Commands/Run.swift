// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Launch
internal import Linux

/// `lowport run`: becomes lowport-run(1), which is small, and quick to start by itself as well.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a program that may bind what its user is allowed to.",
        discussion: """
            The program, and whatever it starts, asks the rules and the authbind tree
            when it binds a port that the kernel refuses. The exit status is the
            program's own; 125, 126 and 127 say that it could not be started.

            OPTIONS, BEFORE THE PROGRAM
              --via auto|preload|broker     how its binds are reached; auto chooses
              --listen [udp:][ADDRESS:]PORT bind first, and hand the socket over
              --via ambient --user NAME     as root: every low port, nothing else
              --verbose                     say how the program is started, and why

            EXAMPLES
              lowport run nc -l -p 80
              lowport run --verbose ./static-server
              lowport run --listen 80 --listen udp:53 server
            """
    )

    @Argument(parsing: .captureForPassthrough, help: "Options, the program and its arguments.", completion: .default)
    var command: [String] = []

    func run() throws {
        // The parser has made text of the arguments; the program gets the bytes that were given.
        let words = Array(CommandLine.byteArguments.suffix(command.count))
        if words.isEmpty || words[0] == "--help" || words[0] == "-h" { throw CleanExit.helpRequest(self) }
        guard let runner = Installation.path(of: "lowport-run") else {
            throw failure(
                "cannot find lowport-run",
                hint: "install all of Lowport: make install",
                status: ExitCode(125)
            )
        }
        do throws(Errno) { try execute(runner, arguments: ["lowport-run"] + words) } catch {
            throw failure("cannot run \(runner): \(error.sentence)", status: ExitCode(125))
        }
    }
}

extension CommandLine {
    /// The arguments as they were given, byte for byte.
    fileprivate static var byteArguments: [ByteString] {
        (0..<Int(argc)).map { index in unsafe ByteString(cString: unsafeArgv[index]) }
    }
}
