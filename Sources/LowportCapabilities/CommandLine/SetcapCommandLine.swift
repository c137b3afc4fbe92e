// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The arguments of `setcap`, parsed step by step: each pair is processed before the words after it are parsed.
///
/// Options are whole words and apply from their position on; every other word is a capability text, and the word after
/// it is the file, whatever that word looks like. The options with two dashes, except `--license`, are words that the
/// original rejects.
struct SetcapCommandLine {
    /// What the next words request.
    enum Step: Hashable {
        /// `-h`: the usage text; exit status 0.
        case usage
        /// `--help`: the usage text and the options that the original does not have; exit status 0.
        case help
        /// The licence; exit status 0.
        case license
        /// Give `source` to the file, which is nil if the command line ends too early.
        case pair(CapabilitySource, file: ByteString?)
        /// `--files`: give `source` to all files after it.
        case group(CapabilitySource, files: [ByteString])
        /// `--restore`: restore the capabilities saved in a file, which is nil if the command line ends too early.
        case restore(ByteString?)
        /// `--explain` with only one word left: explain the capabilities of that file.
        case explain(ByteString)
        /// Nothing: `-n` is the last word.
        case rootUserMissing
        /// Nothing: the word after `-n` is not a root user.
        case rootUserInvalid(ByteString)
        /// The end of the command line.
        case end
    }

    /// The source of the capabilities of a pair.
    enum CapabilitySource: Hashable {
        case text(ByteString), standardInput, nothing

        init(_ word: ByteString) {
            self = word == "-r" ? .nothing : word == "-" ? .standardInput : .text(word)
        }
    }

    private var words: ArraySlice<ByteString>
    /// `-q`: print neither prompt nor results.
    private(set) var isQuiet = false
    /// `-v`: compare, and change nothing.
    private(set) var verifies = false
    /// `-n`: the root user of the user namespace in which the capabilities apply.
    private(set) var rootUser = UserID.root

    /// `--dry-run`: report what would be done.
    private(set) var isDryRun = false
    /// `--follow`: a file may be a symbolic link.
    private(set) var followsLinks = false
    /// `--explain`: report why something fails, and what to do about it.
    private(set) var explains = false
    /// `--changed`: also restore files that have changed since they were saved.
    private(set) var acceptsChanged = false
    /// `--missing-ok`: restore the other files if one is gone.
    private(set) var acceptsMissing = false

    init(_ words: ArraySlice<ByteString>) { self.words = words }

    mutating func next() -> Step {
        while let word = words.popFirst() {
            switch Option(word) {
            case .quiet: isQuiet = true
            case .verify: verifies = true
            case .usage: return .usage
            case .help: return .help
            case .license: return .license
            case .rootUser:
                guard let number = words.popFirst() else { return .rootUserMissing }
                guard let user = UserID(namespaceRoot: number) else { return .rootUserInvalid(number) }
                rootUser = user
            case .dryRun: isDryRun = true
            case .follow: followsLinks = true
            case .explain: explains = true
            case .changed: acceptsChanged = true
            case .missingOK: acceptsMissing = true
            case .restore: return .restore(words.popFirst())
            case .files:
                guard let word = words.popFirst(), !words.isEmpty else { return .pair(.nothing, file: nil) }
                defer { words = [] }
                return .group(CapabilitySource(word), files: Array(words))
            case .remove, .standardInput: return .pair(CapabilitySource(word), file: words.popFirst())
            case nil:
                if explains && words.isEmpty { return .explain(word) }
                return .pair(CapabilitySource(word), file: words.popFirst())
            }
        }
        return .end
    }

    private enum Option {
        case quiet, verify, usage, license, rootUser, remove, standardInput
        case dryRun, follow, explain, changed, missingOK, restore, files, help

        init?(_ word: ByteString) {
            if let option = Self.ofOriginal.first(where: { word == $0.word })?.option {
                self = option
            } else if let option = Self.added.first(where: { word == $0.name }) {
                self = option.effect
            } else {
                return nil
            }
        }

        private static var ofOriginal: [(word: ByteString, option: Option)] {
            [
                ("-q", .quiet), ("-v", .verify), ("-h", .usage), ("--license", .license), ("-n", .rootUser),
                ("-r", .remove), ("-", .standardInput),
            ]
        }

        static var added: [LongOption<Option>] {
            [
                LongOption("--dry-run", .dryRun, "change nothing, and print what would be done"),
                LongOption("--explain", .explain, "give the cause of an error, or the problems of a file"),
                LongOption("--files", .files, "the words after the capabilities are all files"),
                LongOption("--follow", .follow, "a file may be a symbolic link"),
                LongOption("--restore", .restore, value: "SAVED", "give files what getcap --save saved: all or none"),
                LongOption("--changed", .changed, "restore files that have changed since, too"),
                LongOption("--missing-ok", .missingOK, "restore the others if a file is gone"),
                LongOption("--help", .help, "this message on standard output"),
            ]
        }
    }

    /// The lines of `--help` about the options that the original does not have.
    static var addedOptions: Message { LongOption.help(of: Option.added) }
}

extension UserID {
    /// Creates the user that the word after `-n` names; nil if it names none.
    ///
    /// The unusual parsing of the original is kept: strtoul(3) in base 0, which accepts blanks and a sign after them,
    /// and only the lower 32 bits of the number.
    init?(namespaceRoot word: ByteString) {
        guard let first = word.bytes.first, first != UInt8(ascii: "-") else { return nil }
        var rest = word.bytes.drop(while: Digits.isBlank)
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let number = UnsignedNumber(prefixOf: rest)
        guard number.length == rest.count, number.value != 0 else { return nil }
        let value = isNegative && !number.isTooLarge ? 0 &- number.value : number.value
        self.init(rawValue: UInt32(truncatingIfNeeded: value))
    }
}
