// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// The words behind `setcap`, taken step by step: a pair is done before the words behind it are looked at.
///
/// Options are whole words and hold from where they stand; every other word is a capability text, and the word behind it
/// the file, whatever it looks like.
struct SetcapCommandLine {
    /// What the next words ask for.
    enum Step: Hashable {
        /// The usage text; exit status 0.
        case help
        /// The licence; exit status 0.
        case license
        /// To give `source` to the file, which is nil where the command line ends too early.
        case pair(CapabilitySource, file: ByteString?)
        /// Nothing: `-n` stands at the end.
        case rootUserMissing
        /// Nothing: the word behind `-n` is no root user.
        case rootUserInvalid(ByteString)
        /// Nothing more.
        case end
    }

    /// Where the capabilities of a pair come from.
    enum CapabilitySource: Hashable {
        case text(ByteString), standardInput, nothing
    }

    private var words: ArraySlice<ByteString>
    /// `-q`: neither prompt nor results.
    private(set) var isQuiet = false
    /// `-v`: compare, and change nothing.
    private(set) var verifies = false
    /// `-n`: root of the user namespace in which the capabilities count.
    private(set) var rootUser = UserID.root

    init(_ words: ArraySlice<ByteString>) { self.words = words }

    mutating func next() -> Step {
        while let word = words.popFirst() {
            switch Option(word) {
            case .quiet: isQuiet = true
            case .verify: verifies = true
            case .help: return .help
            case .license: return .license
            case .rootUser:
                guard let number = words.popFirst() else { return .rootUserMissing }
                guard let user = UserID(namespaceRoot: number) else { return .rootUserInvalid(number) }
                rootUser = user
            case .remove: return .pair(.nothing, file: words.popFirst())
            case .standardInput: return .pair(.standardInput, file: words.popFirst())
            case nil: return .pair(.text(word), file: words.popFirst())
            }
        }
        return .end
    }

    private enum Option {
        case quiet, verify, help, license, rootUser, remove, standardInput

        init?(_ word: ByteString) {
            if word == "-q" {
                self = .quiet
            } else if word == "-v" {
                self = .verify
            } else if word == "-h" {
                self = .help
            } else if word == "--license" {
                self = .license
            } else if word == "-n" {
                self = .rootUser
            } else if word == "-r" {
                self = .remove
            } else if word == "-" {
                self = .standardInput
            } else {
                return nil
            }
        }
    }
}

extension UserID {
    /// Creates the user that the word behind `-n` names; nil if it names none.
    ///
    /// The original's reading is kept, odd as it is: strtoul(3) in base 0, which takes blanks and a sign behind them,
    /// and of the number only the lower 32 bits.
    init?(namespaceRoot word: ByteString) {
        guard let first = word.bytes.first, first != UInt8(ascii: "-") else { return nil }
        var rest = word.bytes.drop { $0 == 0x20 || $0 >= 0x09 && $0 <= 0x0D }
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let number = UnsignedNumber(prefixOf: rest)
        guard number.length == rest.count, number.value != 0 else { return nil }
        let value = isNegative && !number.isTooLarge ? 0 &- number.value : number.value
        self.init(rawValue: UInt32(truncatingIfNeeded: value))
    }
}
