// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
package import LowportLinux

/// The command line options of lowport-run.
package struct RunOptions {
    /// The engine for the program's binds.
    package enum Via { case auto, kernel, preload, broker, ambient }

    /// The engine that `--via` names; nil without it.
    package var via: Via?
    /// The required position of the broker's supervisor; nil for any possible position.
    var supervisor: Broker.Placement?
    /// The user that `--user` names.
    package var user: ByteString?
    var sockets: [SocketRequest] = []
    var isVerbose = false
    /// The value of AUTHBIND_LEVELS if authbind has executed this program, or empty to leave the variable unchanged;
    /// nil without authbind.
    var authbindLevels: ByteString?
    /// Whether the question is if the broker works here, instead of a program to start.
    var isProbe = false
    /// The sockets that the probe is to bind, instead of trying the broker.
    var trials: [SocketRequest] = []
    /// The program and its arguments.
    package var command: [ByteString] = []

    /// An error in the command line.
    package struct UsageError: Error {
        /// The error as a sentence without a full stop.
        package let message: ByteString
    }

    static var usage: ByteString {
        """
        usage: lowport run [--via auto|kernel|preload|broker] [--supervisor auto|beside|above] [--verbose]
                   [--] PROGRAM [ARGUMENT ...]
               lowport run --listen [tcp:|udp:][ADDRESS:]PORT ... [--] PROGRAM [ARGUMENT ...]
               lowport run --via ambient --user NAME [--] PROGRAM [ARGUMENT ...]
               lowport run --probe [--user NAME|NUMBER] [--bind [tcp:|udp:][ADDRESS:]PORT ...]

        """
    }

    /// Parses `arguments`, without the program's own name; nil if help is requested.
    package static func parse(_ arguments: ArraySlice<ByteString>) throws(UsageError) -> RunOptions? {
        var options = RunOptions()
        var rest = arguments
        while let word = rest.first, word.hasPrefix("-") {
            rest.removeFirst()
            if word == "--" { break }
            if word == "--help" { return nil }
            if word == "--verbose" {
                options.isVerbose = true
                continue
            }
            if word == "--probe" {
                options.isProbe = true
                continue
            }
            guard ["--via", "--supervisor", "--user", "--listen", "--bind", "--for-authbind"].contains(word) else {
                throw UsageError(message: "unknown option \(word)")
            }
            guard let value = rest.popFirst() else { throw UsageError(message: "\(word) requires a value") }
            if word == "--via" { options.via = try engine(value) }
            if word == "--supervisor" { options.supervisor = try placement(value) }
            if word == "--user" { options.user = value }
            if word == "--for-authbind" { options.authbindLevels = value }
            if word == "--listen" { options.sockets.append(try socket(word, value)) }
            if word == "--bind" { options.trials.append(try socket(word, value)) }
        }
        options.command = Array(rest)
        if options.isProbe {
            guard rest.isEmpty, options.via == nil, options.sockets.isEmpty, options.supervisor == nil else {
                throw UsageError(message: "--probe takes --user and --bind, and nothing else")
            }
            return options
        }
        if !options.trials.isEmpty { throw UsageError(message: "--bind belongs to --probe") }
        if options.command.isEmpty { throw UsageError(message: "no program is given") }
        if (options.user == nil) != (options.via != .ambient) {
            throw UsageError(message: "--via ambient and --user belong together")
        }
        return options
    }

    private static func socket(_ option: ByteString, _ text: ByteString) throws(UsageError) -> SocketRequest {
        guard let socket = SocketRequest(text) else {
            throw UsageError(message: "\(option) \(text): expected [tcp:|udp:][ADDRESS:]PORT")
        }
        return socket
    }

    private static func engine(_ name: ByteString) throws(UsageError) -> Via {
        if name == "auto" { return .auto }
        if name == "kernel" { return .kernel }
        if name == "preload" { return .preload }
        if name == "broker" { return .broker }
        if name == "ambient" { return .ambient }
        throw UsageError(message: "--via \(name): expected auto, kernel, preload, broker or ambient")
    }

    private static func placement(_ name: ByteString) throws(UsageError) -> Broker.Placement? {
        if name == "auto" { return nil }
        if name == "beside" { return .beside }
        if name == "above" { return .above }
        throw UsageError(message: "--supervisor \(name): expected auto, beside or above")
    }
}
