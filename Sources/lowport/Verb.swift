// SPDX-License-Identifier: Apache-2.0
import LowportLaunch
import LowportLinux
import LowportRunCommand

/// The verb of a command line, as far as it decides which program to execute.
enum Verb {
    /// `run`, with words other than a request for help or for the version: lowport-run(1).
    case run
    /// `forward`, likewise: lowport-forward(1), started so that it may bind.
    case forward
    /// Everything else, including invalid words: lowport-admin, which knows all verbs and their help.
    case other

    /// Parses the words after the name of the program.
    init(_ words: ArraySlice<ByteString>) {
        let rest = words.dropFirst()
        let asksAboutItself = rest.first.map { ["--help", "-h", "--version"].contains($0) } ?? true
        switch words.first {
        case "run" where !asksAboutItself: self = .run
        case "forward" where !asksAboutItself: self = .forward
        default: self = .other
        }
    }

    /// The exit status if the program cannot be started: that of lowport-run(1), or `EX_OSERR`.
    var errorStatus: Int32 {
        switch self {
        case .run, .forward: 125
        case .other: 71
        }
    }

    /// Becomes the program that the verb starts; returns, with the exit status, or throws only if that fails.
    /// - Parameters:
    ///   - name: the name of this program, which is passed to lowport-admin as its name.
    ///   - words: the words after the name, the verb first.
    func start(name: ByteString, _ words: ArraySlice<ByteString>) throws(StartError) -> Int32 {
        switch self {
        case .run:
            let command = RunCommand(words.dropFirst())
            // This program is linked statically; lowport-run knows all sources of accounts.
            if command.needsAccounts { try become("lowport-run", ["lowport-run"] + words.dropFirst()) }
            return command.start()
        case .forward:
            let forwarder = try part("lowport-forward")
            // execvp(3) runs a file that is not a program through a shell: an empty file would count as a success.
            if let target = Target(program: forwarder), target.image == .unknown, target.isReadable {
                throw StartError("cannot run \(forwarder): \(Errno.notExecutable.sentence)", status: errorStatus)
            }
            // Unlike the broker, the library costs nothing except at the bind.
            return RunCommand(["--via", "preload", "--", forwarder] + words.dropFirst()).start()
        case .other:
            try become("lowport-admin", [name] + words)
        }
    }

    private func become(_ name: ByteString, _ arguments: [ByteString]) throws(StartError) -> Never {
        let path = try part(name)
        do throws(Errno) {
            // Not through a shell, which execvp(3) uses for a file that is not a program: an empty file would count as
            // a success.
            try execute(fileAt: path, arguments: arguments)
        } catch { throw StartError("cannot run \(path): \(error.sentence)", status: errorStatus) }
    }

    private func part(_ name: ByteString) throws(StartError) -> ByteString {
        if let path = Installation.path(of: name) { return path }
        // The archive for musl has no lowport-admin, and so it may be missing where nothing went wrong.
        let rest: ByteString =
            name == "lowport-admin"
            ? "; without lowport-admin, there are run, forward, can-bind for names in /etc/passwd and /etc/group, "
                + "and rules written by hand, see lowport.rules(5)" : ""
        throw StartError(
            "cannot find \(name)",
            hint: "install all of Lowport: make install" + rest,
            status: errorStatus
        )
    }
}
