// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux

/// `lowport run`: its help and its version. With a program to start, lowport(8) does it itself: lowport-run(1).
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a program that may bind what its user is allowed to.",
        usage: "lowport run [options] [--] program [argument ...]",
        discussion: """
            The program, and whatever it starts, asks the rules and the authbind tree
            when it binds a port that the kernel refuses. The exit status is the
            program's own; 125, 126 and 127 say that it could not be started.

            OPTIONS, BEFORE THE PROGRAM
              --via auto|kernel|broker|preload
                                            how its binds are reached; auto chooses
              --supervisor auto|beside|above
                                            where the broker's supervisor is
              --listen [tcp:|udp:][ADDRESS:]PORT
                                            bind first, and hand the socket over
              --via ambient --user NAME     as root: every low port, nothing else
              --verbose                     say how the program is started, and why

            EXAMPLES
              lowport run nc -l -p 80
              lowport run --verbose ./static-server
              lowport run --listen 80 --listen udp:53 server
            """
    )

    @Argument(parsing: .captureForPassthrough, help: .hidden, completion: .default)
    var command: [String] = []

    func run() throws {
        try answer(command)
    }
}

/// `lowport forward`: its help and its version. With ports, lowport(8) runs lowport-forward(1) under Lowport, so that it may bind.
struct Forward: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Listen on a port that is allowed, and pass connections on to another.",
        usage: "lowport forward [options] [address:]port host:port ...",
        discussion: """
            For a program that listens on a high port and is to be reached on a low one.
            lowport-forward(1) has all options; these are the usual ones.

            OPTIONS, BEFORE THE PORT
              -u, --udp                     forward datagrams
              --config FILE                 the pairs are in FILE
              --proxy-protocol              send the address of the client first
              --max-conns COUNT             at most COUNT connections at once
              --idle-timeout TIME           end connections in which nothing moves
              --metrics-socket PATH         give the counters on a Unix socket
              -v, --verbose                 report each client

            EXAMPLES
              lowport forward 80 localhost:8080
              lowport forward 80 localhost:8080 443 localhost:8443
              lowport forward --udp 53 127.0.0.1:5353
            """
    )

    @Argument(parsing: .captureForPassthrough, help: .hidden)
    var words: [String] = []

    func run() throws {
        try answer(words)
    }
}

extension ParsableCommand {
    /// Shows the help of this verb, or the version; other words are an error, because lowport(8) itself executes the
    /// program of this verb.
    fileprivate func answer(_ words: [String]) throws {
        if words.isEmpty || words[0] == "--help" || words[0] == "-h" { throw CleanExit.helpRequest(self) }
        if words[0] == "--version" { throw CleanExit.message(Lowport.versionText) }
        throw failure("only lowport starts what this verb stands for", status: ExitCode(125))
    }
}
