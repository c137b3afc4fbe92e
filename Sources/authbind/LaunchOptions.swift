// SPDX-License-Identifier: Apache-2.0
import LowportLinux

/// The command line options of authbind.
enum LaunchOptions {
    /// The text after every usage error, and the first lines of `--help`.
    static var usage: Message {
        """
        usage:       authbind [<options>] <program> <arg> <arg> ...
        options:     --deep    --depth <levels>

        """
    }

    /// The text of `--help`.
    static var help: Message { usage + "\n" + LongOption.help(of: options) }

    private enum Option { case deep, depth, via, verbose, help }

    /// The options; `--via`, `--verbose` and `--help` are our additions.
    private static var options: [LongOption<Option>] {
        [
            LongOption("--deep", .deep, "the program and everything that it starts"),
            LongOption("--depth", .depth, value: "LEVELS", "the number of levels of programs to reach"),
            LongOption("--via", .via, value: "ENGINE", "what answers binds: auto, preload or broker"),
            LongOption("--verbose", .verbose, "print the engine and the reason"),
            LongOption("--help", .help, "this message"),
        ]
    }

    /// The number of program levels that are reached.
    enum Depth {
        /// The program and everything that it starts.
        case unlimited
        /// This number of levels; 1 is the program alone.
        case levels(UInt32)

        /// The value of AUTHBIND_LEVELS; nil to leave the variable unchanged, as authbind does at depth 1.
        var levels: ByteString? {
            switch self {
            case .unlimited: "y"
            case .levels(1): nil
            case .levels(let count): ByteString(decimal: count - 1)
            }
        }
    }

    /// The engine for the program's binds; authbind has the library only.
    enum Via { case auto, preload, broker }

    /// The action to perform.
    enum Task {
        case help
        case launch(Depth, via: Via, isVerbose: Bool, command: [ByteString])
    }

    /// An error in the command line.
    struct UsageError: Error {
        let message: ByteString
    }

    /// Parses `arguments`, without the program's own name.
    ///
    /// As in authbind, options end at the first word that does not start with `-`, or after a single `-`; unknown
    /// options, including `--`, are silently ignored; the last of several depths counts.
    static func parse(_ arguments: ArraySlice<ByteString>) throws(UsageError) -> Task {
        var rest = arguments
        var depth = Depth.levels(1)
        var via = Via.auto
        var isVerbose = false
        while let word = rest.first, word.hasPrefix("-") {
            rest.removeFirst()
            if word == "-" { break }
            switch options.first(where: { $0.name == word })?.effect {
            case .help: return .help
            case .deep: depth = .unlimited
            case .verbose: isVerbose = true
            case .via:
                guard let value = rest.popFirst() else { throw UsageError(message: "--via requires a value") }
                guard let engine = engine(value) else { throw UsageError(message: "--via value is not valid") }
                via = engine
            case .depth:
                guard let value = rest.popFirst() else { throw UsageError(message: "--depth requires a value") }
                guard let count = levels(value) else { throw UsageError(message: "--depth value is not valid") }
                depth = .levels(count)
            case nil: break
            }
        }
        if rest.isEmpty { throw UsageError(message: "need program name") }
        return .launch(depth, via: via, isVerbose: isVerbose, command: Array(rest))
    }

    private static func engine(_ name: ByteString) -> Via? {
        if name == "auto" { return .auto }
        if name == "preload" { return .preload }
        return name == "broker" ? .broker : nil
    }

    /// Parses a number from 1 to 100 with leading blanks and a plus sign, as strtoul(3) does; nil for anything else.
    private static func levels(_ text: ByteString) -> UInt32? {
        var rest = text.bytes.drop(while: Digits.isBlank)
        if rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard let value = Digits.number(rest, upTo: 100), value > 0 else { return nil }
        return UInt32(value)
    }
}
