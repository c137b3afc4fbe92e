// SPDX-License-Identifier: Apache-2.0
import Linux

/// What the command line of authbind asks for.
enum LaunchOptions {
    /// The text behind every usage error, and of `--help`.
    static var usage: Message {
        """
        usage:       authbind [<options>] <program> <arg> <arg> ...
        options:     --deep    --depth <levels>

        """
    }

    /// How many levels of programs are reached.
    enum Depth {
        /// The program and whatever it starts.
        case unlimited
        /// So many levels; 1 is the program alone.
        case levels(UInt32)

        /// The value of AUTHBIND_LEVELS; nil if the variable is left as it is, which authbind does at depth 1.
        var levels: ByteString? {
            switch self {
            case .unlimited: "y"
            case .levels(1): nil
            case .levels(let count): ByteString(decimal: count - 1)
            }
        }
    }

    /// How the program is to be reached; authbind has the library alone.
    enum Via { case auto, preload, broker }

    /// What is to be done.
    enum Task {
        case help
        case launch(Depth, via: Via, isVerbose: Bool, command: [ByteString])
    }

    /// What is wrong with a command line.
    struct UsageError: Error {
        let message: ByteString
    }

    /// Reads `arguments`, without the program's own name.
    ///
    /// As authbind does: options end at the first word that does not begin with `-`, or behind a single `-`; unknown ones
    /// are passed over in silence, `--` among them; of several depths the last one counts. `--via` and `--verbose` are ours.
    static func parse(_ arguments: ArraySlice<ByteString>) throws(UsageError) -> Task {
        var rest = arguments
        var depth = Depth.levels(1)
        var via = Via.auto
        var isVerbose = false
        while let word = rest.first, word.hasPrefix("-") {
            rest.removeFirst()
            if word == "-" { break }
            if word == "--help" { return .help }
            if word == "--deep" { depth = .unlimited }
            if word == "--verbose" { isVerbose = true }
            if word == "--via" {
                guard let value = rest.popFirst() else { throw UsageError(message: "--via requires a value") }
                guard let engine = engine(value) else { throw UsageError(message: "--via value is not valid") }
                via = engine
            }
            if word == "--depth" {
                guard let value = rest.popFirst() else { throw UsageError(message: "--depth requires a value") }
                guard let count = levels(value) else { throw UsageError(message: "--depth value is not valid") }
                depth = .levels(count)
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

    /// A number from 1 to 100 with blanks and a plus sign in front, as strtoul(3) reads it; nil for anything else.
    private static func levels(_ text: ByteString) -> UInt32? {
        var rest = text.bytes.drop(while: Digits.isBlank)
        if rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard let value = Digits.number(rest, upTo: 100), value > 0 else { return nil }
        return UInt32(value)
    }
}
