// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The arguments of `getcap`, parsed as getopt(3) parses them.
///
/// Options may follow files, unless POSIXLY_CORRECT is set; after `--` all words are files. The original has no long
/// options: the long options of this program are words that the original rejects, and all others are rejected as in the
/// original.
struct GetcapCommandLine: Hashable {
    /// How findings are printed.
    enum Format {
        /// As in the original: lines of name and text.
        case lines
        /// Name and text, each followed by a NUL.
        case nulls
        /// A JSON object on a line of its own.
        case json
    }

    /// `-r`: walk through directories.
    var isRecursive = false
    /// `-v`: also list files without capabilities.
    var isVerbose = false
    /// `-n`: also print the root user of the capabilities' user namespace.
    var printsRootUser = false
    /// `--null` and `--json`.
    var format = Format.lines
    /// `--one-file-system`: do not walk into mounted file systems.
    var staysOnFileSystem = false
    /// `--local`: do not walk into network file systems and virtual file systems of the kernel.
    var skipsRemoteFileSystems = false
    /// `--strict`: fail if anything could not be read.
    var isStrict = false
    /// `--progress`: show the progress of a long walk on a terminal.
    var showsProgress = false
    /// `--audit`: report warnings about the capabilities that are found.
    var audits = false
    /// `--save`: the file to save the findings in.
    var saveFile: ByteString?
    /// The files to examine.
    var files: [ByteString] = []

    /// What the command line requests instead of examining files, or what is wrong with it.
    enum UsageError: Error, Hashable {
        /// `-h`: the usage text; exit status 0.
        case usage
        /// `--help`: the usage text and the options that the original does not have; exit status 0.
        case help
        /// `-l`; exit status 0.
        case license
        /// The letter is not an option.
        case invalidOption(UInt8)
        /// A long option at the end lacks its argument.
        case missingArgument(ByteString)
        /// There are no files.
        case noFiles
    }

    /// Parses `words`, the command line without the name of the program.
    /// - Parameter optionsStandFirst: whether the first file ends the options.
    init(_ words: ArraySlice<ByteString>, optionsStandFirst: Bool) throws(UsageError) {
        var words = words
        while let word = words.popFirst() {
            if word == "--" {
                files += words
                break
            }
            if let option = Self.added.first(where: { word == $0.name }) {
                try take(option, &words)
                continue
            }
            if word.count > 1 && word.hasPrefix("-") {
                for letter in word.bytes.dropFirst() { try take(option: letter) }
                continue
            }
            files.append(word)
            if optionsStandFirst {
                files += words
                break
            }
        }
        if files.isEmpty { throw .noFiles }
    }

    private mutating func take(_ option: LongOption<Added>, _ words: inout ArraySlice<ByteString>) throws(UsageError) {
        switch option.effect {
        case .audit: audits = true
        case .json: format = .json
        case .local: skipsRemoteFileSystems = true
        case .null: format = .nulls
        case .oneFileSystem: staysOnFileSystem = true
        case .progress: showsProgress = true
        case .save:
            guard let file = words.popFirst() else { throw .missingArgument(option.name) }
            saveFile = file
        case .strict: isStrict = true
        case .help: throw .help
        }
    }

    private enum Added { case audit, json, local, null, oneFileSystem, progress, save, strict, help }

    private static var added: [LongOption<Added>] {
        [
            LongOption("--audit", .audit, "print the problems of what is found"),
            LongOption("--json", .json, "print a JSON object on a line of its own"),
            LongOption("--local", .local, "with -r, enter no network and virtual file systems"),
            LongOption("--null", .null, "end names and capabilities with a NUL"),
            LongOption("--one-file-system", .oneFileSystem, "with -r, stay on the file system of each file"),
            LongOption("--progress", .progress, "show the progress of a long walk, on a terminal"),
            LongOption("--save", .save, value: "SAVED", "save what is found, for setcap --restore"),
            LongOption("--strict", .strict, "fail if anything could not be read"),
            LongOption("--help", .help, "this message on standard output"),
        ]
    }

    /// The lines of `--help` about the options that the original does not have.
    static var addedOptions: Message { LongOption.help(of: added) }

    private mutating func take(option letter: UInt8) throws(UsageError) {
        switch letter {
        case UInt8(ascii: "r"): isRecursive = true
        case UInt8(ascii: "v"): isVerbose = true
        case UInt8(ascii: "n"): printsRootUser = true
        case UInt8(ascii: "h"): throw .usage
        case UInt8(ascii: "l"): throw .license
        default: throw .invalidOption(letter)
        }
    }
}
